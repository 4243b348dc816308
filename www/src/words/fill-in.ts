// Puts the texts of a language into index.html, where it names them: {{key}} or {{part.of.words}}.

export function fillIn(html: string, markup: object, words: object): string {
  return html.replace(/\{\{([\w.]+)\}\}/g, (placeholder, path: string) => {
    const text = path.includes('.') ? at(words, path.split('.')) : at(markup, [path]);
    if (text === undefined) throw new Error(`There is no text for ${placeholder}.`);
    return escaped(text);
  });
}

function at(value: unknown, [name, ...rest]: readonly string[]): string | undefined {
  if (name === undefined) return typeof value === 'string' ? value : undefined;
  const isObject = typeof value === 'object' && value !== null;
  return isObject ? at((value as Readonly<Record<string, unknown>>)[name], rest) : undefined;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
