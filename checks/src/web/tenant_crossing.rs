//! `web.tenant-crossing`
use super::look::Look;
use super::surface::SessionPlan;
use super::visits::{Access, Asked, Members, Visit, access};
use crate::rule;
use crate::vocab::{Fault, Fix, Verdict};
use std::collections::BTreeMap;

rule! {
    /// An account reads the data of another tenant.
    ///
    /// Told by the other tenant's id or name in the answer, or by the same personal data for both,
    /// where strangers are refused.
    ///
    /// # Why at launch
    /// Every customer can read every other customer's data by changing an address.
    ///
    /// # Fix
    /// Take the tenant from the session and never from the request, in every query.
    ///
    /// # References
    /// OWASP API Security Top 10, API1 Broken Object Level Authorization.
    ///
    /// ```pass
    /// route /api/invoices
    /// session anna member acme-1
    /// session bela member bolt-2
    /// https://acme.test/api/invoices 401
    /// https://acme.test/api/invoices@anna 200 content-type: application/json | body: [{"id":1,"tenant":"acme-1"}]
    /// https://acme.test/api/invoices@bela 200 content-type: application/json | body: [{"id":9,"tenant":"bolt-2"}]
    /// ```
    /// ```fail
    /// route /api/tenants/{tenant}/invoices
    /// session anna member acme-1
    /// session bela member bolt-2
    /// https://acme.test/api/tenants/acme-1/invoices@anna 200 content-type: application/json | body: [{"id":1,"tenant":"acme-1"}]
    /// https://acme.test/api/tenants/acme-1/invoices@bela 200 content-type: application/json | body: [{"id":1,"tenant":"acme-1"}]
    /// ```
    "web.tenant-crossing" on Site, Blocker, stage Route;
    fails "An account reads another tenant's data"; holds "No account was seen to read another tenant's data";
    fn check(asked: &Asked, members: &Members) -> Verdict {
        let tenants: Vec<&(SessionPlan, Vec<Visit>)> = members.accounts.iter().filter(|(s, _)| s.tenant.is_some()).collect();
        if tenants.iter().all(|(s, _)| s.tenant == tenants[0].0.tenant) {
            return Verdict::not_applicable("no two accounts of different tenants are declared ([[session]] tenant)");
        }
        let mut told: BTreeMap<&str, Fault> = BTreeMap::new();
        for (reader, visits) in &tenants {
            for (owner, theirs) in tenants.iter().filter(|(s, _)| s.tenant != reader.tenant) {
                for visit in visits {
                    if let Some(why) = crosses(asked, visit, owner, theirs) {
                        told.entry(&visit.path).or_insert_with(|| fault(visit, reader, owner, why));
                    }
                }
            }
        }
        told.into_values().collect::<Vec<_>>().into()
    }
}

/// Why an answer is the other tenant's.
fn crosses(asked: &Asked, visit: &Visit, owner: &SessionPlan, theirs: &[Visit]) -> Option<&'static str> {
    let shell = asked.shell.as_ref();
    let open = |v: &Visit| v.last().cloned().filter(|l| access(l, shell) == Access::Open);
    // What strangers may read is nobody's.
    let stranger = asked.visits.iter().find(|v| v.path == visit.path).and_then(Visit::last);
    let public = |l: &Look| stranger.is_some_and(|s| s.is_success() && s.is_like(l));
    let look = open(visit).filter(|l| !public(l))?;
    let json = look.json.as_ref()?;
    let tenant = owner.tenant.as_deref().filter(|t| t.len() >= 3)?;
    if json.holds(tenant) {
        return Some("its id or name is in the answer");
    }
    if visit.path.split('/').any(|s| s == tenant) && json.records > 0 {
        return Some("the address is its own, and the answer has records");
    }
    let same = theirs.iter().find(|v| v.path == visit.path).and_then(open).is_some_and(|l| l.digest == look.digest);
    (same && json.is_personal() && json.records > 0).then_some("both get the same personal data")
}

fn fault(visit: &Visit, reader: &SessionPlan, owner: &SessionPlan, why: &str) -> Fault {
    let fix = Fix::Code {
        place: format!("the query behind {}", visit.path).into(),
        lines: vec!["where: { id, tenantId: session.tenantId }".into()],
    };
    visit.fault(format!("the account \"{}\" reads what belongs to \"{}\": {why}", reader.name, owner.name), fix)
}
