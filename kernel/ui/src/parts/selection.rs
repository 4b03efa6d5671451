//! Choosing rows of a list and doing something with all of them.

use crate::Markup;
use crate::markup::{esc, optional};

/// The bar of a selection: how many are chosen, and what can be done with them. It stands after the list and
/// floats; without a script it is always there.
#[derive(Clone, Debug, Default)]
pub struct Bulk<'a> {
    /// Ties the boxes ([`pick`]) to it; letters, digits and `-`.
    pub id: &'a str,
    /// Where the form posts to. Each chosen row sends `pick`; "Select all" sends `all=1` and the fields.
    pub action: &'a str,
    /// The token of forms.
    pub csrf: &'a str,
    /// How many rows fit the filters, on all pages of the list.
    pub total: u64,
    /// Further fields: the filters, and where to come back to.
    pub fields: &'a [(&'a str, &'a str)],
    /// Fields and buttons.
    pub actions: Markup,
}

/// The bar.
pub fn bulk_bar(b: &Bulk<'_>) -> Markup {
    let fields: String =
        b.fields.iter().map(|(name, value)| crate::hidden(name, value).into_string()).collect();
    Markup::raw(format!(
        "<form class=\"bulk\" id=\"{}\" method=\"post\" action=\"{}\" data-bulk data-total=\"{}\">{}{fields}\
         <input type=\"hidden\" name=\"all\" value=\"\" data-bulk-scope>\
         <b data-bulk-count role=\"status\">Selected rows</b>\
         <button class=\"link\" type=\"button\" data-bulk-all hidden>Select all {}</button>\
         <button class=\"link\" type=\"button\" data-bulk-none>Clear</button>{}</form>",
        esc(b.id),
        esc(b.action),
        b.total,
        crate::hidden("csrf", b.csrf),
        crate::format::count(b.total),
        b.actions
    ))
}

/// The box of one row; `form` is the bar's id, `label` says which row ("Select Ines Okafor").
pub fn pick(form: &str, value: &str, label: &str) -> Markup {
    Markup::raw(format!(
        "<input class=\"box\" type=\"checkbox\" name=\"pick\" value=\"{}\" form=\"{}\" data-pick{}>",
        esc(value),
        esc(form),
        optional("aria-label", label)
    ))
}

/// The box in the head of the list: all rows of the page. Only a script hears it.
pub fn pick_all(form: &str) -> Markup {
    Markup::raw(format!(
        "<input class=\"box\" type=\"checkbox\" data-pick-all=\"{}\" aria-label=\"Select all rows of this page\">",
        esc(form)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_is_a_form_whose_boxes_lie_elsewhere() {
        let bar = bulk_bar(&Bulk {
            id: "people",
            action: "/desk/members/tags",
            csrf: "t",
            total: 1_280,
            fields: &[("q", "a\"b")],
            actions: crate::button("Tag", crate::Look::Plain),
        });
        for part in ["data-total=\"1280\"", "Select all 1,280", "value=\"a&quot;b\"", "name=\"all\""] {
            assert!(bar.as_str().contains(part), "{part}");
        }
        assert!(
            pick("people", "idn_1", "Select Ines").as_str().contains("form=\"people\" data-pick aria-label")
        );
        assert!(pick_all("people").as_str().contains("data-pick-all=\"people\""));
    }
}
