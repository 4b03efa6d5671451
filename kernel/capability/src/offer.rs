//! What a page offers to whoever looks at it. A control that they may not use is shown switched off with the roles
//! that would allow it ([`off`], for [`ui::Button::off_because`] and [`ui::why`]), or left out where it is no loss: a
//! view draws no form without a token ([`token_for`]). A test walks every form of every page for every role.

use crate::{App, Permission, Principal};

/// The token of forms for somebody who may do it; empty for everybody else.
pub fn token_for(by: &Principal, permission: Permission) -> String {
    if by.may(permission) { by.csrf.clone() } else { String::new() }
}

/// Why a control is switched off; empty when it is on.
pub fn off(by: &Principal, permission: Permission) -> String {
    by.why_not(permission).unwrap_or_default()
}

/// The same for something in a channel of a source.
pub fn off_in(by: &Principal, permission: Permission, place: (i64, i64)) -> String {
    by.why_not_in(permission, place).unwrap_or_default()
}

/// The same for recording a contact, which pages of several capabilities offer ([`crate::contact_panel`]).
pub fn off_for_contacts(app: &App, by: &Principal) -> String {
    let all = app.registry.permissions();
    let contact = all.iter().find(|(_, p)| p.id == "people.contact");
    contact.map_or_else(String::new, |(_, p)| off(by, *p))
}

/// Whether there is a permission of this id and they hold it: for a link to a page of a capability that may not be
/// there.
pub fn may(app: &App, by: &Principal, permission: &str) -> bool {
    app.registry.permissions().iter().any(|(_, p)| p.id == permission && by.may(*p))
}
