// Webpack hands out the text of an HTML file.
declare module '*.html' {
  const text: string;
  export default text;
}
