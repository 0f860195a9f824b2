//! Makes a sample without the command line: `make POINTS SEED OUT`.

use bunri_sample::{SampleOptions, generate};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let usage = "usage: make POINTS SEED OUT";
    let mut words = std::env::args().skip(1);
    let options = SampleOptions {
        points: words.next().ok_or(usage)?.parse()?,
        seed: words.next().ok_or(usage)?.parse()?,
        out: words.next().ok_or(usage)?.into(),
        shuffle: words.next().map(|word| word.parse()).transpose()?,
    };
    generate(&options, &|_| {})?;
    Ok(())
}
