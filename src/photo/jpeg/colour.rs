//! The colours of JPEG files (ITU-T T.871, JFIF 1.02).

/// Y, Cb and Cr from red, green and blue: BT.601's weights at full range, Cb and Cr around 0.
pub const YCBCR: [[f64; 3]; 3] = [
    [0.299, 0.587, 0.114],
    [-0.299 / 1.772, -0.587 / 1.772, 0.886 / 1.772],
    [0.701 / 1.402, -0.587 / 1.402, -0.114 / 1.402],
];
