//! The program in trouble: killed at its work, without room, without permission, given bad files. Nothing is
//! lost, nothing is half done, and the message says what to do.
#![cfg(unix)]

mod backup;
mod faults;
mod hostile;
mod index;
mod kill;
mod nodes;
mod support;
