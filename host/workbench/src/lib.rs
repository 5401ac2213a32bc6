//! The workbench of plugin authors: make, build, look into, run, test and measure a plugin.
