//! Writes the JavaScript beside a wasm file: `bindgen INPUT.wasm OUTPUT_FOLDER`.

use wasm_bindgen_cli_support::Bindgen;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(input), Some(output)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: bindgen INPUT.wasm OUTPUT_FOLDER");
        std::process::exit(2);
    };
    let mut bindgen = Bindgen::new();
    bindgen.input_path(input);
    let written = bindgen
        .web(true)
        .and_then(|b| b.typescript(true).generate(output));
    if let Err(error) = written {
        eprintln!("bindgen: {error:?}");
        std::process::exit(1);
    }
}
