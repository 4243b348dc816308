//! Coefficients and tables against libjpeg's, whose hashes are in `tests/data/jpeg/truth.txt`.

use crate::common::{MAX_PIXELS, corpus, file, fnv, table};
use eps_restore::low_level::photo::jpeg::{Component, Jpeg};

/// As a line of the truth has it.
fn described(component: &Component) -> Vec<String> {
    let [wide, high] = [component.samples_wide(), component.samples_high()].map(|n| n.div_ceil(8));
    let rows = component
        .blocks()
        .chunks(component.blocks_wide())
        .take(high);
    let coefficients = rows.flat_map(|row| row[..wide].as_flattened());
    let sampling = component.sampling();
    vec![
        format!("{}x{}", sampling.horizontal, sampling.vertical),
        format!("{wide}x{high}"),
        format!(
            "{:016x}",
            fnv(component.table().iter().flat_map(|step| step.to_le_bytes()))
        ),
        format!(
            "{:016x}",
            fnv(coefficients.flat_map(|value| value.to_le_bytes()))
        ),
    ]
}

#[test]
fn coefficients_are_those_that_libjpeg_reads() {
    for line in table("truth.txt") {
        let name = &line[0];
        let jpeg = Jpeg::read(&file(name), MAX_PIXELS).unwrap_or_else(|e| panic!("{name}: {e}"));
        let size = [jpeg.width(), jpeg.height()].map(|side| side.to_string());
        assert_eq!(size, line[1..3], "{name}");
        let components: Vec<String> = jpeg.components().iter().flat_map(described).collect();
        assert_eq!(components, line[4..], "{name}");
    }
}

#[test]
fn each_file_is_read_or_refused_as_it_should_be() {
    let read = table("truth.txt");
    let refused = table("refused.txt");
    let told = |name: &str| !name.starts_with("fractional-");
    let told = corpus().into_iter().filter(|(name, _)| told(name)).count();
    assert_eq!(read.len() + refused.len(), told);
    for line in refused {
        let error = Jpeg::read(&file(&line[0]), MAX_PIXELS).expect_err(&line[0]);
        assert_eq!(error.code(), line[1], "{}: {error}", line[0]);
    }
}

/// What jpegtran reads of the writer's files, and writes again as progressive ones.
#[test]
fn copies_have_the_coefficients_of_their_originals() {
    let mut copies = 0;
    for (name, bytes) in corpus() {
        let Some(original) = name.strip_suffix("-copy.jpg") else {
            continue;
        };
        let original = Jpeg::read(&file(&format!("{original}.jpg")), MAX_PIXELS).unwrap();
        let copy = Jpeg::read(&bytes, MAX_PIXELS).unwrap();
        let components =
            |jpeg: &Jpeg| -> Vec<_> { jpeg.components().iter().map(described).collect() };
        assert_eq!(components(&copy), components(&original), "{name}");
        assert_eq!(copy.orientation(), original.orientation(), "{name}");
        assert_eq!(copy.icc(), original.icc(), "{name}");
        copies += 1;
    }
    assert_eq!(copies, 14);
}
