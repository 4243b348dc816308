//! Orientation, profile and what else cameras and editors put into files.

use crate::common::{MAX_PIXELS, file};
use eps_restore::low_level::photo::jpeg::{ColorSpace, Jpeg, Orientation};

fn read(name: &str) -> Jpeg {
    Jpeg::read(&file(name), MAX_PIXELS).unwrap()
}

#[test]
fn orientations_are_read_in_either_byte_order() {
    for value in 1..=8 {
        let orientation = read(&format!("orientation-{value}.jpg")).orientation();
        assert_eq!(orientation.value(), value);
        assert_eq!(orientation.swaps_sides(), value > 4);
    }
    assert_eq!(read("grey.jpg").orientation(), Orientation::default());
    assert_eq!((Orientation::new(0), Orientation::new(9)), (None, None));
}

#[test]
fn profiles_are_put_together_from_their_chunks() {
    assert_eq!(read("grey.jpg").icc(), None);
    assert_eq!(read("icc-missing-chunk.jpg").icc(), None);
    assert_eq!(
        read("icc-out-of-order.jpg").icc().map(<[u8]>::len),
        Some(1000)
    );
    let profile = read("icc.jpg").icc().unwrap().to_vec();
    assert_eq!(&profile[36..40], b"acsp");
    assert_eq!(read("photoshop.jpg").icc(), Some(&profile[..]));
}

#[test]
fn what_is_foreign_is_passed_over() {
    let plain = read("fill-bytes.jpg");
    let phone = read("phone.jpg");
    assert_eq!(phone.components(), plain.components());
    assert_eq!((phone.orientation().value(), phone.icc()), (6, None));
    let photoshop = read("photoshop.jpg");
    assert_eq!(photoshop.components(), plain.components());
    assert_eq!(photoshop.color_space(), ColorSpace::YCbCr);
}

#[test]
fn a_broken_exif_segment_turns_nothing() {
    let whole = file("orientation-6.jpg");
    let start = whole
        .windows(6)
        .position(|bytes| bytes == b"Exif\0\0")
        .unwrap()
        + 6;
    for at in start..start + 50 {
        for value in [0, 0xFF] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            let jpeg = Jpeg::read(&bytes, MAX_PIXELS).unwrap();
            assert!([1, 6].contains(&jpeg.orientation().value()), "byte {at}");
        }
    }
}
