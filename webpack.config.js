// Bundles the demo: www/ and the npm package, whose worker, wasm and weights webpack finds by their `new URL(…, import.meta.url)`.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import CopyPlugin from 'copy-webpack-plugin';
import HtmlPlugin from 'html-webpack-plugin';
import WorkboxPlugin from 'workbox-webpack-plugin';
import MiniCssExtractPlugin from 'mini-css-extract-plugin';

const root = fileURLToPath(new URL('.', import.meta.url));
const kibibytes = 1024;

export default {
  mode: 'production',
  context: root,
  entry: { main: './www/src/start.ts' },
  output: {
    path: join(root, 'dist'),
    filename: '[name].[contenthash:8].js',
    chunkFilename: '[name].[contenthash:8].js',
    assetModuleFilename: 'assets/[name].[contenthash:8][ext]',
    // Relative to the page: the demo may lie in any folder of a host.
    publicPath: 'auto',
    clean: true,
  },
  devtool: 'source-map',
  resolve: {
    extensions: ['.ts', '.js'],
    // TypeScript's way of importing: './state.js' names state.ts.
    extensionAlias: { '.js': ['.ts', '.js'] },
  },
  module: {
    rules: [
      {
        test: /\.ts$/,
        exclude: /node_modules/,
        use: {
          loader: 'ts-loader',
          options: { transpileOnly: true, configFile: join(root, 'tsconfig.json') },
        },
      },
      { test: /\.html$/, type: 'asset/source' },
      { test: /\.css$/, use: [MiniCssExtractPlugin.loader, 'css-loader'] },
    ],
  },
  // A worker that is loaded when it is needed is one file, with its libraries.
  optimization: { splitChunks: { cacheGroups: { defaultVendors: false } } },
  plugins: [
    ...Object.entries({ en: 'index.html', de: 'de.html' }).map(
      ([language, filename]) =>
        new HtmlPlugin({
          template: './www/src/words/page-template.ts',
          scriptLoading: 'module',
          language,
          filename,
        }),
    ),
    new MiniCssExtractPlugin({ filename: '[name].[contenthash:8].css' }),
    new CopyPlugin({
      patterns: [
        { from: 'www/samples', to: 'samples' },
        { from: 'www/app', to: '.' },
        // Under the LGPL: as it is, with its notice, and apart from the page's scripts.
        {
          from: 'node_modules/libheif-js/libheif-wasm/libheif.{js,wasm}',
          to: 'libheif/[name][ext]',
        },
        { from: 'node_modules/libheif-js/libheif-wasm/LICENSE', to: 'libheif/LICENSE.txt' },
      ],
    }),
    // The service worker: the whole page works offline. The package keeps its weights itself.
    new WorkboxPlugin.GenerateSW({
      swDest: 'sw.js',
      cacheId: 'eps-restore',
      inlineWorkboxRuntime: true,
      importScripts: ['share-target.js'],
      sourcemap: false,
      babelPresetEnvTargets: ['chrome >= 113', 'firefox >= 115', 'safari >= 16.4'],
      // libheif is for those who open a HEIC file.
      exclude: [
        /\.map$/,
        /photo-v2.*\.safetensors$/,
        /\.(txt|md)$/,
        /^share-target\.js$/,
        /^libheif\//,
      ],
      maximumFileSizeToCacheInBytes: 16 * 1024 * kibibytes,
      // Names that carry a hash of the contents.
      dontCacheBustURLsMatching: /\.[0-9a-f]{8}\./,
      ignoreURLParametersMatching: [/^model$/, /^shared$/],
      clientsClaim: true,
      // A new version waits: www/src/offline/app-worker.ts.
      skipWaiting: false,
    }),
  ],
  // What a visitor waits for before the page answers; tests/browser/demo-layout.test.mjs holds it to 90 kB as it travels. The wasm and the weights are loaded with a progress bar and judged by the release's own figures.
  performance: {
    hints: 'error',
    maxEntrypointSize: 300 * kibibytes,
    maxAssetSize: 300 * kibibytes,
    assetFilter: (name) => /\.(js|css)$/.test(name),
  },
  stats: 'errors-warnings',
};
