//! Writes the JavaScript beside a wasm file: `bindgen INPUT.wasm OUTPUT_FOLDER NAME`.

use wasm_bindgen_cli_support::Bindgen;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(input), Some(output), Some(name)) =
        (arguments.next(), arguments.next(), arguments.next())
    else {
        eprintln!("usage: bindgen INPUT.wasm OUTPUT_FOLDER NAME");
        std::process::exit(2);
    };
    let mut bindgen = Bindgen::new();
    // Function names are a third of the file, and a visitor downloads it.
    bindgen
        .input_path(input)
        .out_name(&name)
        .remove_name_section(true);
    // `init()` without arguments finds the wasm file beside the JavaScript, also for bundlers.
    bindgen.omit_default_module_path(false);
    let written = bindgen
        .web(true)
        .and_then(|b| b.typescript(true).generate(output));
    if let Err(error) = written {
        eprintln!("bindgen: {error:?}");
        std::process::exit(1);
    }
}
