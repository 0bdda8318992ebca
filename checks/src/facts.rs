//! One line a kind of fact. The list is closed and ordered: the gatherer must handle each, and a
//! fact may be made from those listed before it and from no others.

use crate::vocab::{Fact, Table, TargetKind};

/// Calls a macro with every kind of fact: `name: Type, of TargetKind, local|network;`. A `network`
/// fact is not made under `--offline`; the rules that want one are skipped then.
#[macro_export]
macro_rules! for_each_fact {
    ($callback:ident) => {
        $callback! {
            code_index: $crate::code::facts::CodeIndex, of App, local;
            code_tree: $crate::code::facts::CodeTree, of App, local;
            code_names: $crate::code::facts::CodeNames, of App, local;
            hooks: $crate::code::facts::Hooks, of App, local;
            unfollowed: $crate::code::facts::Unfollowed, of App, local;
            unseen: $crate::code::facts::Unseen, of App, local;
            calls: $crate::code::facts::Calls, of App, local;
            exposure: $crate::code::facts::Exposure, of App, local;
            doors_of_code: $crate::code::practice::Doors, of App, local;
            schedule: $crate::code::practice::Schedule, of App, local;
            logs: $crate::code::practice::Logs, of App, local;
            money: $crate::code::deeds::Money, of App, local;
            tools: $crate::code::deeds::Tools, of App, local;
            columns: $crate::code::deeds::Columns, of App, local;
            watch: $crate::code::deeds::Watch, of App, local;
            inputs: $crate::code::work::Inputs, of App, local;
            jobs: $crate::code::work::Jobs, of App, local;
            notes: $crate::code::work::Notes, of App, local;
            env_set: $crate::env::facts::EnvSet, of App, local;
            production: $crate::env::facts::Production, of App, local;
            preview: $crate::env::facts::Preview, of App, local;
            at_rest: $crate::env::at_rest::AtRest, of App, local;
            history: $crate::env::at_rest::History, of App, local;
            site_plan: $crate::web::facts::SitePlan, of Site, local;
            web_plan: $crate::web::surface::WebPlan, of Site, local;
            lighthouse: $crate::web::lighthouse::Lighthouse, of Site, local;
            host_plan: $crate::tls::facts::HostPlan, of Host, local;
            mail_plan: $crate::email::facts::MailPlan, of Mail, local;
            webhook_plan: $crate::webhook::facts::WebhookPlan, of Webhook, local;
            spf: $crate::email::facts::Spf, of Mail, network;
            spf_tree: $crate::email::facts::SpfTree, of Mail, network;
            dmarc: $crate::email::facts::Dmarc, of Mail, network;
            dmarc_reports: $crate::email::facts::DmarcReports, of Mail, network;
            mx: $crate::email::facts::Mx, of Mail, network;
            dkim: $crate::email::facts::Dkim, of Mail, network;
            zone: $crate::dns::facts::Zone, of Zone, network;
            zone_views: $crate::dns::facts::ZoneViews, of Zone, network;
            dnssec: $crate::dns::facts::Dnssec, of Zone, network;
            aliases: $crate::dns::facts::Aliases, of Zone, network;
            registration: $crate::tls::registration::Registration, of Zone, network;
            standing: $crate::tls::registration::Standing, of Zone, network;
            host_dns: $crate::dns::facts::HostDns, of Host, network;
            caa: $crate::dns::facts::Caa, of Host, network;
            host_dnssec: $crate::tls::host_dnssec::HostDnssec, of Host, network;
            sender_setup: $crate::email::setup::SenderSetup, of Mail, network;
            existence: $crate::dns::existence::Existence, of Zone, network;
            forecasts: $crate::email::alignment::Forecasts, of Mail, network;
            spf_reach: $crate::email::spf_outlook::SpfReach, of Mail, network;
            spf_need: $crate::email::spf_outlook::SpfNeed, of Mail, network;
            mx_servers: $crate::email::mx_servers::MxServers, of Mail, network;
            mta_sts: $crate::email::mta_sts::MtaSts, of Mail, network;
            tls_rpt: $crate::email::tls_rpt::TlsRpt, of Mail, network;
            bimi: $crate::email::bimi::Bimi, of Mail, network;
            redirects: $crate::web::facts::Redirects, of Site, network;
            home: $crate::web::facts::Home, of Site, network;
            front: $crate::web::facts::Front, of Site, network;
            sibling: $crate::web::facts::Sibling, of Site, network;
            plain_http: $crate::web::facts::PlainHttp, of Site, network;
            matrix: $crate::web::matrix::Matrix, of Site, network;
            methods: $crate::web::matrix::Methods, of Site, network;
            clock: $crate::tls::clock::Clock, of Site, network;
            surface: $crate::web::surface::Surface, of Site, network;
            exposed: $crate::web::surface::Exposed, of Site, network;
            asked: $crate::web::visits::Asked, of Site, network;
            doors: $crate::web::visits::Doors, of Site, network;
            bundle: $crate::web::surface::Bundle, of Site, network;
            members: $crate::web::visits::Members, of Site, network;
            cors: $crate::web::visits::Cors, of Site, network;
            staging: $crate::web::surface::Staging, of Site, network;
            reach: $crate::tls::facts::Reach, of Host, network;
            certificate: $crate::tls::facts::Certificate, of Host, network;
            trust: $crate::tls::facts::Trust, of Host, network;
            split: $crate::tls::facts::Split, of Host, network;
            key_proof: $crate::tls::facts::KeyProof, of Host, network;
            chain: $crate::tls::facts::Chain, of Host, network;
            doorway: $crate::tls::edge::Doorway, of Host, network;
            preload: $crate::tls::hsts::Preload, of Site, network;
            lockout: $crate::tls::hsts::Lockout, of Site, network;
            upkeep: $crate::tls::upkeep::Upkeep, of Host, network;
            logged: $crate::tls::facts::Logged, of Host, network;
            revocations: $crate::tls::facts::Revocations, of Host, network;
            seats: $crate::tls::facts::Seats, of Host, network;
            peers: $crate::tls::facts::Peers, of Host, network;
            six: $crate::tls::facts::Six, of Host, network;
            refusal: $crate::tls::facts::Refusal, of Host, network;
            old_versions: $crate::tls::facts::OldVersions, of Host, network;
            suggested: $crate::tls::ari::Suggested, of Host, network;
            renewal_caa: $crate::tls::renewal_caa::RenewalCaa, of Host, network;
            challenge: $crate::tls::challenge::Challenge, of Host, network;
            endpoints: $crate::billing::facts::Endpoints, of Billing, network;
            route: $crate::webhook::facts::Route, of Webhook, network;
            shots: $crate::webhook::facts::Shots, of Webhook, network;
            handling: $crate::webhook::handling::Handling, of Webhook, network;
            thin: $crate::webhook::facts::Thin, of Webhook, network;
            copies: $crate::webhook::facts::Copies, of Webhook, network;
            diagnosis: $crate::webhook::facts::Diagnosis, of Webhook, network;
            signed: $crate::webhook::facts::Signed, of Webhook, network;
            latency: $crate::webhook::facts::Latency, of Webhook, network;
            odd_bodies: $crate::webhook::facts::Odd, of Webhook, network;
            deliveries: $crate::billing::facts::Deliveries, of Billing, network;
            drift: $crate::billing::facts::Drift, of Billing, network;
            customer_drift: $crate::billing::facts::CustomerDrift, of Billing, network;
            invoice_drift: $crate::billing::facts::InvoiceDrift, of Billing, network;
            refund_drift: $crate::billing::facts::RefundDrift, of Billing, network;
            dispute_drift: $crate::billing::facts::DisputeDrift, of Billing, network;
            layout_drift: $crate::billing::facts::LayoutDrift, of Billing, network;
            answer: $crate::custom::facts::Answer, of Check, network;
            speed: $crate::web::pressure::Speed, of Site, network;
            odd: $crate::web::pressure::Odd, of Site, network;
            flood: $crate::web::pressure::Flood, of Site, network;
            arrivals: $crate::webhook::facts::Arrivals, of Billing, network;
            bot_wall: $crate::webhook::facts::BotWall, of Webhook, network;
            exercise: $crate::webhook::exercise::Exercise, of Webhook, network;
            repeated: $crate::webhook::exercise::Repeated, of Webhook, network;
            applied: $crate::webhook::exercise::Applied, of Webhook, network;
            alerted: $crate::webhook::exercise::Alerted, of Webhook, network;
            side_effect: $crate::webhook::exercise::SideEffect, of Webhook, network;
        }
    };
}

/// A fact that comes before `Later` in the list, so that `Later` may be made from it.
pub trait Before<Later: Fact>: Fact {}

macro_rules! declare {
    ($($name:ident: $t:ty, of $of:ident, $reach:ident;)*) => {
        /// The kinds of fact.
        #[allow(non_camel_case_types, reason = "the kinds are named as the fields that hold them")]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
        pub enum FactKind { $(#[doc = concat!("`", stringify!($t), "`")] $name),* }
        impl FactKind {
            /// The kind of target it belongs to.
            #[must_use]
            pub const fn of(self) -> TargetKind { match self { $(Self::$name => TargetKind::$of),* } }
            /// Whether making it needs the network.
            #[must_use]
            pub const fn needs_network(self) -> bool { match self { $(Self::$name => declare!(@reach $reach)),* } }
            /// Its name.
            #[must_use]
            pub const fn word(self) -> &'static str { match self { $(Self::$name => stringify!($name)),* } }
        }
        /// All facts of a run.
        #[derive(Default)]
        pub struct Facts { $(#[doc = concat!("`", stringify!($t), "` by target.")] pub $name: Table<$t>),* }
        $(impl Fact for $t {
            const KIND: FactKind = FactKind::$name;
            const OF: TargetKind = TargetKind::$of;
            fn table(facts: &Facts) -> &Table<Self> { &facts.$name }
            fn table_mut(facts: &mut Facts) -> &mut Table<Self> { &mut facts.$name }
        })*
        declare!(@order $($t;)*);
    };
    (@reach local) => { false };
    (@reach network) => { true };
    (@order) => {};
    (@order $first:ty; $($later:ty;)*) => {
        $(impl Before<$later> for $first {})*
        declare!(@order $($later;)*);
    };
}
for_each_fact!(declare);
