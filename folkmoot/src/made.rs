//! What the program makes up itself (the demo's sources, the benchmarks' log), dressed as an importer, so that
//! it comes in through the same door as every export and can be taken back like one.

use base::Result;
use capability::App;
use connect::import::{Progress, Request, Runner, Summary};
use connect::{Files, Fingerprint, Format, ImportOptions, Importer, Sink};

/// What hands everything to a sink.
type Emit = dyn Fn(&mut dyn Sink) -> Result<()> + Send + Sync;

/// A made-up source.
pub struct Made {
    format: &'static Format,
    fingerprint: Fingerprint,
    emit: Box<Emit>,
}

impl Importer for Made {
    fn format(&self) -> &'static Format {
        self.format
    }

    fn inspect(&self, _: &mut Files, _: &ImportOptions) -> Result<Fingerprint> {
        Ok(self.fingerprint.clone())
    }

    fn read(&self, _: &mut Files, _: &ImportOptions, sink: &mut dyn Sink) -> Result<()> {
        (self.emit)(sink)
    }
}

/// A source of the demo.
pub fn source(source: demo::DemoSource) -> Made {
    let fingerprint = source.fingerprint();
    let id = if source.network() == "mail" { "mbox" } else { source.network() };
    let format = format(id, source.network(), source.lacks());
    Made { format, fingerprint, emit: Box::new(move |sink| source.emit(sink)) }
}

/// A log for the benchmarks.
pub fn bench(bench: demo::Bench) -> Made {
    let fingerprint = Fingerprint {
        id_form: "bench".into(),
        suggested_name: Some("bench".into()),
        replies: true,
        message_ids: true,
        ..Fingerprint::default()
    };
    Made {
        format: format("bench", "other", &[]),
        fingerprint,
        emit: Box::new(move |sink| demo::fill(&bench, sink)),
    }
}

fn format(id: &'static str, network: &'static str, lacks: &'static [&'static str]) -> &'static Format {
    // Formats live as long as the program everywhere; here there are a handful in its whole life.
    Box::leak(Box::new(Format { id, title: "Made up", reads: "nothing", network, lacks }))
}

/// Brings a made-up source in.
///
/// # Errors
/// As every import.
pub fn import(app: &App, made: Made, progress: &mut dyn FnMut(&Progress)) -> Result<Summary> {
    // There is no file behind it; a runner wants one to name and to measure.
    let stand_in = tempfile::NamedTempFile::new()?;
    let request = Request {
        format: made.format.id.into(),
        paths: vec![stand_in.path().to_owned()],
        by: "made up".into(),
        label: Some("made up".into()),
        source: made.fingerprint.suggested_name.clone(),
        ..Request::default()
    };
    let made: &'static dyn Importer = Box::leak(Box::new(made));
    let importers = [made];
    Runner { importers: &importers, ..app.runner() }.import(&request, progress)
}
