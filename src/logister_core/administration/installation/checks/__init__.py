"""The checks of the core's pages. They really connect, with the settings that they are given."""
