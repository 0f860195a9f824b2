//! Nothing to link: the stories live in `stories/`.
