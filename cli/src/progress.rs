//! A progress bar for what is done with a world file. It is drawn where a person looks on, and nowhere else.

use gamedb::Progress;
use indicatif::{ProgressBar, ProgressStyle};

pub(crate) struct Bar(ProgressBar);

impl Bar {
    pub(crate) fn new() -> Self {
        let style =
            ProgressStyle::with_template("{bar:30} {human_pos}/{human_len}, {eta} left: {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(ProgressBar::new(0).with_style(style))
    }

    pub(crate) fn show(&self, progress: Progress<'_>) {
        self.0.set_length(progress.total);
        self.0.set_message(progress.stage.to_owned());
        self.0.set_position(progress.done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
