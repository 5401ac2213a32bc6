//! template-chooser
