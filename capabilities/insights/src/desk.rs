//! The pages: parse, ask, render.

use crate::answer::{answer_in, context, reading};
use crate::behind::Behind;
use crate::filters::Filters;
use crate::pages::{HealthContext, PATH, card_fragment, health_page, metric_page};
use crate::rows_view::{self, PAGE, RowsPage};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use base::{Day, Error, Result};
use capability::{App, Principal, Problem, csv_file, token_for};
use ui::Markup;

type Pairs = Vec<(String, String)>;
type Page = std::result::Result<Response, Problem>;

/// `GET /desk/health`
pub(crate) async fn health(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(pairs): Query<Pairs>,
) -> Page {
    let filters = Filters::parse(&pairs)?;
    let csrf = token_for(&principal, crate::WRITE);
    let (community, body) = app
        .blocking(move |app| {
            reading(
                app,
                &filters,
                |_| Ok(Vec::new()),
                |name, ctx, _| {
                    let ctx = HealthContext { csrf, ..ctx.clone() };
                    Ok((name.to_owned(), health_page(&ctx, &filters)))
                },
            )
        })
        .await?;
    let shell = app.shell(&community, &principal, &headers, PATH);
    Ok(ui::page(&shell, "Health", &body).into_response())
}

/// `GET /desk/health/cards/{key}`: one card, or the lead figures.
pub(crate) async fn fragment(
    State(app): State<App>,
    Path(key): Path<String>,
    Query(pairs): Query<Pairs>,
) -> std::result::Result<Markup, Problem> {
    let filters = Filters::parse(&pairs)?;
    let part = app
        .blocking(move |app| {
            let questions = |ctx: &HealthContext| match key.as_str() {
                "lead" => crate::lead::questions(ctx, &filters),
                key => crate::pages::questions(ctx, &filters, key),
            };
            reading(app, &filters, questions, |_, ctx, answer| card_fragment(ctx, &filters, &key, answer))
        })
        .await?;
    Ok(part)
}

/// `GET /desk/health/{metric}`
pub(crate) async fn metric(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Page {
    let definition = metric::definition(&id)?;
    let filters = Filters::parse_own(&pairs)?;
    let back = health_crumb(&filters);
    let csrf = token_for(&principal, crate::WRITE);
    let (community, body) = app
        .blocking(move |app| {
            let questions = |ctx: &HealthContext| crate::pages::questions(ctx, &filters, definition.id);
            reading(app, &filters, questions, |name, ctx, answer| {
                let ctx = HealthContext { csrf, ..ctx.clone() };
                Ok((name.to_owned(), metric_page(&ctx, &filters, definition.id, answer)?))
            })
        })
        .await?;
    let mut shell = app.shell(&community, &principal, &headers, PATH);
    shell.crumbs = vec![back];
    explain(&mut shell, definition);
    Ok(ui::page(&shell, definition.title, &body).into_response())
}

/// The help of a metric's pages is what the guide has of that metric, where there is a guide.
fn explain(shell: &mut ui::Shell, definition: &metric::Definition) {
    if !shell.help.is_empty() {
        shell.help = format!("/desk/help/metrics/{}", definition.id);
    }
}

fn health_crumb(filters: &Filters) -> (String, String) {
    ("Health".into(), format!("{PATH}{}", filters.for_health().to_query()))
}

/// What a metric is asked at an address of its own.
fn question(ctx: &HealthContext, filters: &Filters, id: &str) -> Result<Pairs> {
    Ok(filters.parameters(metric::definition(id)?, ctx.now))
}

/// `GET /desk/health/{metric}/csv`: the main table.
pub(crate) async fn csv(State(app): State<App>, Path(id): Path<String>, Query(pairs): Query<Pairs>) -> Page {
    let definition = metric::definition(&id)?;
    let filters = Filters::parse_own(&pairs)?;
    let envelope = app
        .blocking(move |app| {
            app.community.view(|view| {
                let ctx = context(view, &filters)?;
                let pairs = question(&ctx, &filters, definition.id)?;
                let pairs = pairs.iter().map(|(name, value)| (name, value));
                answer_in(view, &metric::Query::parse(definition.id, pairs)?)
            })
        })
        .await?;
    Ok(csv_file(definition.id, metric::csv(&envelope)))
}

/// Which rows an address asks for: the metric's own parameters, and beside them `at` and `cursor`.
pub(crate) struct Asked {
    pub definition: &'static metric::Definition,
    pub filters: Filters,
    /// The start of the period that was chosen; `None` for all that is asked.
    pub at: Option<Day>,
    /// How many rows come before the first one shown.
    pub skip: u64,
}

impl Asked {
    /// # Errors
    /// `NotFound` for an unknown metric, `Invalid` for a value that does not fit.
    pub(crate) fn read(id: &str, mut pairs: Pairs) -> Result<Self> {
        let mut take = |name: &str| {
            let found = pairs.iter().position(|(other, value)| other == name && !value.is_empty());
            found.map(|at| pairs.remove(at).1)
        };
        let at = take("at").map(|text| Day::parse(&text).map_err(|e| e.at("at"))).transpose()?;
        let skip = take("cursor").map_or(Ok(0), |text| {
            text.parse().map_err(|_| Error::invalid("cursor is what a link of this page gave; leave it out"))
        })?;
        Ok(Self { definition: metric::definition(id)?, filters: Filters::parse_own(&pairs)?, at, skip })
    }

    /// The question to the metric.
    ///
    /// # Errors
    /// As [`metric::Query::parse`].
    pub(crate) fn query(&self, ctx: &HealthContext) -> Result<metric::Query> {
        let pairs = question(ctx, &self.filters.alone(), self.definition.id)?;
        metric::Query::parse(self.definition.id, pairs.iter().map(|(name, value)| (name, value)))
    }
}

/// `GET /desk/health/{metric}/rows`: what stands behind a figure, or behind the point that starts at `at`.
pub(crate) async fn rows(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Page {
    let asked = Asked::read(&id, pairs)?;
    let definition = asked.definition;
    let title = format!("{}: rows", definition.title);
    let crumbs = vec![
        health_crumb(&asked.filters),
        (
            asked.definition.title.to_owned(),
            format!("{PATH}/{}{}", asked.definition.id, asked.filters.to_query()),
        ),
    ];
    let (community, body) = app
        .blocking(move |app| {
            app.community.view(|view| {
                let ctx = context(view, &asked.filters)?;
                let name = view.setting("name").to_owned();
                let query = asked.query(&ctx)?;
                let behind = Behind::load(view, &query, asked.at)?;
                let rows = behind.page(view, asked.skip, PAGE)?;
                let page = RowsPage { ctx: &ctx, asked: &asked, query: &query, behind: &behind, rows };
                Ok((name, rows_view::page(&page)))
            })
        })
        .await?;
    let mut shell = app.shell(&community, &principal, &headers, PATH);
    shell.crumbs = crumbs;
    explain(&mut shell, definition);
    Ok(ui::page(&shell, &title, &body).into_response())
}
