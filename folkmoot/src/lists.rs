//! What this binary is made of: one line for each importer and each capability.

use capability::Manifest;
use connect::Importer;

/// The importers, in the order in which they are offered.
pub static IMPORTERS: &[&dyn Importer] = &[
    &chat::SlackImporter,
    &chat::DiscordImporter,
    &forums::discourse::Discourse,
    &mail::mbox::Mbox,
    &tables::activities::Activities,
];

/// The capabilities, after the kernel's own parts.
pub fn manifests() -> Vec<Manifest> {
    let mut all = capability::kernel_manifests();
    all.extend([
        today::manifest(),
        channels::manifest(),
        conversations::manifest(),
        insights::manifest(),
        people::manifest(),
        privacy::manifest(),
        search::manifest(),
        sources::manifest(),
    ]);
    all.extend([settings::manifest(), webhooks::manifest(), team::manifest(), help::manifest()]);
    all.push(digests::manifest());
    all
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::open::open;
    use base::Clock;

    #[test]
    fn everything_registered_fits_together_and_leads_somewhere() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config { data: folder.path().into(), database_url: String::new(), ..Config::default() };
        let app = open(&config, Clock::fixed(1_700_000_000_000_000)).expect("a sound registry and schema");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let missing = runtime.block_on(capability::unresolved_navigation(&app));
        assert!(missing.is_empty(), "{missing:?}");
        // Putting the routes together panics where two of them have the same path and method.
        let _ = capability::assemble(app);
    }
}
