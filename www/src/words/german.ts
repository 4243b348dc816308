// All that the page says in German.

import type { BlurEstimate, DeviceKind, EpsErrorCode } from 'eps-restore';
import type { Factor, FillKind, Size } from '../vocabulary.js';
import { formatSize, type Markup, type Words } from '../words.js';

// Zahlen.

const decimal = (value: number, digits: number): string => value.toFixed(digits).replace('.', ',');

const counted = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;

/** @param isDative as after “in”. */
function duration(seconds: number, isDative = false): string {
  const n = isDative ? 'n' : '';
  if (seconds < 1) return `weniger als eine${isDative ? 'r' : ''} Sekunde`;
  if (seconds < 90) return counted(Math.round(seconds), 'Sekunde', 'Sekunden');
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return counted(minutes, 'Minute', 'Minuten');
  const hours = Math.round(minutes / 60);
  if (hours < 48) return counted(hours, 'Stunde', 'Stunden');
  return counted(Math.round(hours / 24), 'Tag', `Tage${n}`);
}

function expected(seconds: number): string {
  if (seconds < 1) return duration(seconds);
  const step = seconds < 20 ? 1 : seconds < 90 ? 5 : 1;
  return `etwa ${duration(step * Math.round(seconds / step))}`;
}

const megabytes = (bytes: number): string => `${decimal(bytes / 1e6, 1)} MB`;

const level = (value: number): string => decimal(value, value < 9.95 ? 1 : 0);

const factorText = (factor: number): string => `${String(factor).replace('.', ',')}×`;

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

// Aufgaben.

const TASKS: Words['TASKS'] = {
  fill: {
    name: 'Füllen',
    simulationLabel: 'Dieses Foto vorher zerkratzen',
    simulationNote: 'Ein Versuch: Die Seite zeichnet Kratzer und markiert sie für Sie.',
    simulatedLabel: 'Von dieser Seite zerkratzt',
  },
  enlarge: {
    name: 'Vergrößern',
    simulationLabel: 'Dieses Foto vorher verkleinern',
    simulationNote:
      'Ein Versuch: Die Seite verkleinert das Foto, Sie vergleichen mit dem Original.',
    simulatedLabel: 'Von dieser Seite verkleinert',
  },
  unblur: {
    name: 'Schärfen',
    simulationLabel: 'Dieses Foto vorher unscharf machen',
    simulationNote: 'Ein Versuch: Die Seite macht das Foto unscharf, wie oben eingestellt.',
    simulatedLabel: 'Von dieser Seite unscharf gemacht',
  },
  denoise: {
    name: 'Entrauschen',
    simulationLabel: 'Vorher Körnung hinzufügen',
    simulationNote: 'Ein Versuch: Die Seite fügt so viel Körnung hinzu, wie oben eingestellt.',
    simulatedLabel: 'Körnung von dieser Seite',
  },
  colourise: {
    name: 'Einfärben',
    simulationLabel: 'Vorher die Farbe entfernen',
    simulationNote:
      'Ein Versuch: Die Seite nimmt dem Foto die Farbe, Sie vergleichen mit dem Original.',
    simulatedLabel: 'Von dieser Seite entfärbt',
  },
};

const improve: Words['improve'] = {
  name: 'Verbessern',
  button: 'Verbessern',
  waiting: 'Sieht sich das Foto an, sobald alles geladen ist.',
  looking: 'Sieht sich das Foto an …',
  found: 'In diesem Foto gefunden. Nehmen Sie den Haken weg, wo es bleiben soll, wie es ist.',
  offered:
    'Soweit diese Seite sehen kann, fehlt diesem Foto nichts. Es ließe sich trotzdem ändern:',
  nothing: 'Es wurde nichts gefunden. Die Aufgaben oben ändern das Foto trotzdem.',
  grain: 'Körnung',
  jpeg: 'Spuren von JPEG',
  grainAndJpeg: 'Körnung und Spuren von JPEG',
  grainNote: (value: number): string =>
    `${value < 8 ? 'schwach' : value < 18 ? 'deutlich' : 'stark'}, ${level(value)} von 255`,
  jpegNote: (quality: number | undefined): string =>
    quality === undefined ? 'war einmal ein JPEG' : `gespeichert mit Qualität ${quality} von 100`,
  both: (first: string, second: string): string => `${first}; ${second}`,
  scratches: 'Kratzer und Staub',
  scratchesNote: (share: number): string => `auf ${decimal(100 * share, 1)} % des Fotos`,
  blur: 'Unschärfe',
  grey: 'Keine Farbe',
  greyNote: 'Farben werden zufällig gezogen: Sie können passen, sind aber nicht die wahren',
  small: 'Wenige Pixel',
  smallNote: (from: Size, to: Size): string =>
    `${formatSize(from)}, vergrößert auf ${formatSize(to)}`,
};

// Öffnen.

const undecodable: Words['undecodable'] = {
  empty: (name: string): string => `„${name}“ ist leer.`,
  format: (name: string, format: string): string =>
    `„${name}“ ist eine ${format}-Datei. Dieser Browser kann ${format}-Dateien nicht öffnen. ` +
    'Speichern Sie das Bild als JPEG oder PNG, und öffnen Sie das.',
  foreign: (name: string, format: string): string =>
    `„${name}“ ist eine ${format}-Datei, beschädigt oder von einer Art, die diese Seite nicht ` +
    'lesen kann. Speichern Sie das Bild als JPEG oder PNG, und öffnen Sie das.',
  unknown: (name: string): string =>
    `„${name}“ kann dieser Browser nicht als Bild lesen. Die Datei ist vielleicht kein Bild, ` +
    'beschädigt, unvollständig oder zu groß. JPEG, PNG, WebP, AVIF, GIF, TIFF und HEIC gehen.',
};

const opening: Words['opening'] = {
  failed: 'Die Datei ließ sich nicht öffnen',
  nothing: (verb: 'dropped' | 'pasted'): string =>
    `Sie haben kein Bild ${verb === 'dropped' ? 'abgelegt' : 'eingefügt'}. ` +
    'Bilddateien und kopierte Bilder gehen.',
  cancelledRun: 'Der Lauf wurde für das neue Foto abgebrochen.',
  falsified:
    'Dieser Browser verfälscht Pixel, die eine Seite liest, zum Schutz vor Nachverfolgung. Das ' +
    'Ergebnis wird schwache Störpixel enthalten. Erlauben Sie dieser Seite den Zugriff auf ' +
    'Canvas-Daten, oder nehmen Sie einen anderen Browser.',
  samplesMissing: (titles: readonly string[]): string =>
    `Diese Beispiele ließen sich nicht laden: ${titles.join(', ')}. Ihre eigenen Fotos gehen.`,
  preview:
    'Das ist das Bild, das die Kamera in ihre RAW-Datei gelegt hat. Was diese darüber hinaus ' +
    'enthält, wird nicht genutzt.',
  back: 'Ihr letztes Foto ist wieder offen, mit allem, was gemalt und eingestellt war.',
  workTitle: (name: string): string => `„${name}“ restaurieren`,
  unnamed: 'Foto',
};

const samples: Words['samples'] = {
  titles: {
    spaniels: 'Zwei Spaniels',
    portrait: 'Porträt',
    aircraft: 'Flugzeug',
    station: 'Bahnhof',
    peppers: 'Paprika',
    'young-man': 'Junger Mann',
    hills: 'Hügel',
  },
  reduced: (source: string): string => `${source}; beschnitten und verkleinert`,
  synthetic: 'künstliche Person',
  unnamed: 'ungenannter Fotograf',
  through: (source: string, set: string): string => `${source}, aus der Bildersammlung ${set}`,
  licence: (name: string): string => `${name}-Lizenz`,
};

// Fehler des Pakets, das selbst Englisch spricht.

const FAILURES: Readonly<Partial<Record<EpsErrorCode, string>>> = {
  'invalid-image': 'Mit diesem Bild lässt sich nichts anfangen.',
  'undecodable-image': 'Das Bild lässt sich nicht lesen.',
  'image-too-large': 'Das Bild ist zu groß: Der Speicher reicht nicht.',
  'invalid-mask': 'Die Maske passt nicht zum Foto.',
  'invalid-noise': 'Diese Stärke der Körnung ist nicht möglich.',
  'not-converged': 'Die Rechnung kam zu keinem Ende. Mehr Körnung im Foto anzunehmen hilft oft.',
  'download-failed': 'Das Modell ließ sich nicht laden. Besteht eine Verbindung?',
  'weights-corrupt': 'Das Modell kam beschädigt an.',
  'invalid-weights': 'Die Datei enthält keine Gewichte für diese Seite.',
  'unsupported-device': 'Diese Recheneinheit bietet der Browser nicht: WebGPU fehlt.',
  'device-lost': 'Die Grafikeinheit wurde dem Browser entzogen.',
  'device-failed': 'Die Grafikeinheit rechnet falsch.',
  'worker-failed': 'Der Browser hat die Rechnung beendet, vermutlich aus Mangel an Speicher.',
};

const failures: Words['failures'] = {
  text: (code: EpsErrorCode, message: string): string => FAILURES[code] ?? message,
  deviceReason: (): string => '',
};

// Der nächste Lauf.

const plan: Words['plan'] = {
  paintFirst: 'Übermalen Sie, was gefüllt werden soll.',
  nothingTicked: 'Setzen Sie einen Haken, oder wählen Sie eine Aufgabe von Hand.',
  reducedOnOpening: (from: Size, to: Size): string =>
    `Beim Öffnen von ${formatSize(from)} auf ${formatSize(to)} Pixel verkleinert: ` +
    'Mehr fasst dieses Gerät nicht. ',
  reducedOnRequest: (from: Size, to: Size): string =>
    `Auf Ihren Wunsch von ${formatSize(from)} auf ${formatSize(to)} Pixel verkleinert. `,
  fullResolution: (size: Size): string => `Die volle Auflösung bleibt: ${formatSize(size)} Pixel. `,
  thisResolution: (size: Size): string => `Diese Auflösung bleibt: ${formatSize(size)} Pixel. `,
  bitForBit: 'Was nicht übermalt ist, bleibt Bit für Bit.',
  lessNoise: 'Was nicht übermalt ist, verliert nur seine Körnung.',
  enlarged: (input: Size, factor: number, output: Size): string =>
    `${formatSize(input)} Pixel, ${factorText(factor)} vergrößert auf ${formatSize(output)}.`,
  shrunkAndEnlarged: (input: Size, factor: number, output: Size): string =>
    `Die Seite verkleinert das Foto zuerst auf ${formatSize(input)} Pixel. ` +
    `Dann wird es ${factorText(factor)} vergrößert auf ${formatSize(output)}.`,
  firstReduced: (from: Size, to: Size): string =>
    `Die Seite verkleinert das Foto zuerst von ${formatSize(from)} auf ${formatSize(to)} Pixel.`,
  keepsSize: (size: Size): string => `Das Foto behält seine Größe, ${formatSize(size)} Pixel.`,
  tooLarge: (output: Size): string =>
    `Für ${formatSize(output)} Pixel hat dieser Browser nicht genug Speicher.`,
  tooLargeToStart:
    'Dafür hat dieser Browser nicht genug Speicher. Was geht, steht rechts bei der Aufgabe.',
  shorter: (size: Size, seconds: number): string =>
    `Bei ${formatSize(size)} Pixeln: ${expected(seconds)}.`,
  reduce: (size: Size): string => `Foto auf ${formatSize(size)} verkleinern`,
  enlargeLess: (factor: Factor): string => `Stattdessen ${factorText(factor)} vergrößern`,
  undo: (size: Size): string => `Zurück zu ${formatSize(size)}`,
};

const cost: Words['cost'] = {
  pending: 'Wie lange es dauert, steht hier, sobald alles geladen ist.',
  time: (seconds: number): string => capitalised(expected(seconds)),
  evaluations: (evaluations: number, tiles: number): string =>
    counted(evaluations, 'Auswertung', 'Auswertungen') + (tiles > 1 ? ` von ${tiles} Kacheln` : ''),
};

// Malen, Ausschnitt, Unschärfe.

const painting: Words['painting'] = {
  failed: 'Die Maske ließ sich nicht ändern',
  unreadable: (name: string): string => `„${name}“ ist nicht als Bild zu lesen.`,
  otherSize: (mask: Size, photo: Size): string =>
    `Diese Maske hat ${formatSize(mask)} Pixel; für dieses Foto braucht sie ${formatSize(photo)}.`,
  levels: (levels: number): string => `± ${levels}`,
  searching: (share: number): string => `Suche läuft, ${Math.round(100 * share)} %. Anhalten`,
  nothingFound: 'Weder Kratzer noch Staub gefunden.',
};

const detail: Words['detail'] = {
  hint:
    'Klicken Sie ins Foto, oder ziehen Sie den Rahmen am Griff, um eine andere Stelle zu ' +
    'sehen.',
  hintForPaint: 'Der Rahmen folgt dem, was Sie malen. Sein Griff bewegt ihn.',
  nothingPainted: 'Im Rahmen ist nichts übermalt.',
  takesAll: 'Strukturen kommen aus dem übrigen Foto: Nur das ganze Foto zeigt sie.',
  cutsPaint:
    'Was übermalt ist, reicht über den Rahmen: Nur das ganze Foto zeigt, was dort entsteht.',
  failed: 'Diese Stelle ließ sich nicht restaurieren. Ein Lauf sagt, warum.',
  marker: (x: number, y: number): string =>
    `Rahmen des Ausschnitts, ${x} % von links, ${y} % von oben. Pfeiltasten bewegen ihn.`,
};

const blur: Words['blur'] = {
  find: 'Unschärfe finden',
  cancel: 'Abbrechen',
  looking: 'Sieht sich das Foto an …',
  shapes:
    'Keine einfache Unschärfe überzeugt. Sucht eine unregelmäßige, wie vom Zittern der Hand …',
  sharp: 'Dieses Foto sieht scharf aus: Keine Unschärfe überzeugt. Nichts wurde geändert.',
  unknown:
    'Dieses Foto verrät seine Unschärfe nicht: Es ist zu klein oder hat zu wenig Struktur. ' +
    'Nichts wurde geändert. Probieren Sie die Regler unten von Hand.',
  failed: 'Nach der Unschärfe ließ sich nicht suchen. Nichts wurde geändert.',
  found: (name: string): string =>
    `Beste Vermutung: ${name}. Nehmen Sie, was am besten aussieht; der Rahmen im Foto wählt die ` +
    'Stelle.',
  goesOn: (found: string): string => `${found} Eine unregelmäßige wird noch gesucht.`,
  taken: (name: string): string => `Übernommen: ${name}. Die Regler unten verfeinern es.`,
  takenShape: (name: string): string => `Übernommen: ${name}, unten gezeichnet.`,
  names: {
    none: 'Wie es ist',
    gaussian: 'Weich',
    disk: 'Falsch fokussiert',
    motion: 'Verwackelt',
    free: 'Unregelmäßig',
  } satisfies Readonly<Record<BlurEstimate['kind'], string>>,
  amount: (pixels: number): string => `${String(pixels).replace('.', ',')} px`,
  amountAlong: (pixels: number, degrees: number): string =>
    `${String(pixels).replace('.', ',')} px bei ${degrees}°`,
  shape: (size: Size): string => `${formatSize(size)} px`,
  nothing: 'unverändert',
  named: (name: string, amount: string): string => `${name}, ${amount}`,
  described: (amount: string, confidence: number): string => {
    const percent = Math.min(99, Math.round(100 * confidence));
    return `${amount}, ${percent < 1 ? 'unwahrscheinlich' : `zu ${percent} % wahrscheinlich`}`;
  },
  kept: 'Das Foto bleibt, wie es ist. Nichts wurde geändert.',
  draw: 'Auf dem Foto zeichnen',
  drawing: 'Eine Spur, die das Wackeln hinterließ, von Ende zu Ende nachziehen.',
  file: 'Datei',
  own: 'Gefunden',
  fromPhoto: (size: Size): string => `Kern im Foto gefunden, ${formatSize(size)}`,
  fromFile: (name: string, size: Size): string => `Kern aus „${name}“, ${formatSize(size)}`,
  black: (name: string): string => `„${name}“ ist ganz schwarz und zeigt keinen Kern.`,
  tooLarge: (name: string, size: Size, most: number): string =>
    `Der Kern in „${name}“ hat um seine Mitte ${formatSize(size)} Pixel. ` +
    `Je Seite dürfen es ${most} sein.`,
};

// Die Rechenmaschine.

const DEVICES: Words['DEVICES'] = { webgpu: 'WebGPU', cpu: 'dem Prozessor' };

const engine: Words['engine'] = {
  starting: 'Startet',
  onDemand: 'Lädt mit Ihrem ersten Foto',
  failed: 'Die Rechnung ließ sich nicht starten',
  ready: (device: DeviceKind, adapter: string): string =>
    `Bereit auf ${DEVICES[device]}${adapter ? `, ${adapter}` : ''}`,
  cachedModel: 'Liest das Modell',
  model: (loaded: number, total: number | undefined): string =>
    `Lädt das Modell, ${megabytes(loaded)}${total ? ` von ${megabytes(total)}` : ''}`,
  stage: (stage: 'engine' | 'warm-up', device: DeviceKind | undefined): string =>
    (stage === 'engine' ? 'Startet' : 'Läuft sich warm') +
    (device ? ` auf ${DEVICES[device]}` : ''),
  useOwnWeights: 'Die Gewichte der Seite verwenden',
  tryAgain: 'Noch einmal versuchen',
  chooseAutomatically: 'Recheneinheit automatisch wählen',
  ownModel: 'das der Seite, oder Ihre eigene safetensors-Datei',
};

// Einstellungen.

const settings: Words['settings'] = {
  fillNotes: {
    auto:
      'Schmales, bis 16 Pixel, wird aus dem ausgebessert, was es umgibt. Was breiter ist, ' +
      'Personen oder Dinge, weicht Strukturen aus dem übrigen Foto: Übermalen Sie auch Schatten ' +
      'und Spiegelung. Gesichter finden sich dort nicht.',
    network: 'Bessert Schmales aus, bis etwa 16 Pixel. Breitere Lücken werden unscharf.',
    photo:
      'Übermalen Sie alles, auch Schatten und Spiegelung. Strukturen aus dem übrigen Foto treten ' +
      'an die Stelle. Gesichter finden sich dort nicht.',
  } satisfies Readonly<Record<FillKind, string>>,
  blurAmount: (pixels: number): string => `${decimal(pixels, 1)} px`,
  blurAngle: (degrees: number): string => `${degrees}°`,
  foundKernel: 'im Foto gefunden',
  gaussianKernel: (sigma: number): string => `Gauß, Sigma ${decimal(sigma, 1)} Pixel`,
  diskKernel: (radius: number): string => `Scheibe, Radius ${decimal(radius, 1)} Pixel`,
  motionKernel: (length: number, angle: number): string =>
    `gerade Linie, ${decimal(length, 1)} Pixel lang, bei ${angle} Grad`,
  kernel: (description: string, size: Size): string =>
    `Zeichnung der Unschärfe: ${description}, ${formatSize(size)} Pixel`,
  enlarged: (factor: number, size: Size | undefined): string =>
    `${factorText(factor)}${size ? `, auf ${formatSize(size)}` : ''}`,
  noSamples: 'keine',
  fillNoise: '0 lässt, was nicht übermalt ist, Bit für Bit',
  otherNoise: 'Standardabweichung, in Stufen von 255; leer: gemessen',
  measuredNoise: (value: number | undefined): string =>
    `auto${value === undefined ? '' : `: ${level(value)}`}`,
};

const noise: Words['noise'] = {
  waiting: 'Wartet, bis alles geladen ist',
  measuring: 'Misst …',
  tooSmall: 'Dieses Foto ist zu klein zum Messen. Stellen Sie die Stärke ein.',
  measured: (value: number, isJpeg: boolean): string =>
    `Gemessen: ${level(value)} von 255` +
    (isJpeg
      ? ', Körnung und was JPEG verlor. Mehr einstellen, wenn etwas bleibt; weniger, wenn ' +
        'Einzelheiten verschwinden.'
      : '.'),
};

// Ein Lauf.

const run: Words['run'] = {
  starting: 'Startet',
  waiting: 'Wartet, bis alles geladen ist',
  cancelling: 'Bricht ab',
  estimate: 'Erste Schätzung',
  mean: 'Bestes Ergebnis',
  meanStep: (step: number, of: number): string => `Bestes Ergebnis, Schritt ${step} von ${of}`,
  sampleStep: (sample: number, of: number, step: number, steps: number): string =>
    `Variante ${sample} von ${of}, Schritt ${step} von ${steps}`,
  left: (seconds: number): string => `noch ${expected(seconds)}`,
  title: (fraction: number): string => `${Math.round(100 * fraction)} % · Restauriert`,
  doneTitle: 'Fertig',
  began: 'Restaurierung läuft.',
  estimateReady: 'Die erste Schätzung ist da.',
  meanReady: 'Das beste Ergebnis ist da.',
  sampleBegan: (sample: number, of: number): string => `Variante ${sample} von ${of}`,
  done: (seconds: number): string => `Fertig in ${duration(seconds, true)}.`,
  restore: 'Restaurieren',
  doneElsewhere: (names: string): string => `${names} ist fertig.`,
  show: 'Zeigen',
  ended: { cancelled: 'Abgebrochen', stopped: 'Angehalten' },
  partOf: (step: number, of: number, name: string, text: string): string =>
    `${step} von ${of}, ${name}: ${text}`,
  facts: (
    names: string,
    evaluations: number,
    seconds: number,
    device: string,
    seed: number,
    value: number | undefined,
  ): string =>
    `${names}, ${counted(evaluations, 'Auswertung', 'Auswertungen')} in ` +
    `${duration(seconds, true)} auf ${device}, Startwert ${seed}` +
    `${value === undefined ? '' : `, Körnung ${level(value)} von 255`}.`,
  filled: (mended: number, copied: number): string =>
    ` Lücken: ${mended} ausgebessert, ${copied} mit Struktur aus dem Foto.`,
  compressesBack: (percent: number): string =>
    ` In der Qualität Ihrer Datei gespeichert ergibt es diese wieder: ${percent} % der ` +
    'JPEG-Koeffizienten.',
  partialFacts: (names: string, end: string): string =>
    `${names}. ${end} vor dem Ende; was fertig war, bleibt.`,
  failed: 'Der Lauf brach ab. Foto, Maske und Einstellungen sind unverändert.',
};

// Ergebnisse.

const results: Words['results'] = {
  estimate: 'Erste Schätzung',
  mean: 'Bestes Ergebnis',
  sample: (number: number): string => `Variante ${number}`,
  original: 'Original',
  another: 'Noch eine',
  showVariants: '2 Varianten zeigen',
  improved: 'verbessert',
  map: 'Karte',
  closeness: (psnr: number): string => `${decimal(psnr, 1)} dB`,
  save: (label: string): string => (label ? `${label} speichern` : 'Speichern'),
  saveFailed: 'Das Bild ließ sich nicht speichern',
  copied: 'Das Bild ist in der Zwischenablage.',
  needsResult: 'Braucht ein Ergebnis',
  needsSamples: 'Braucht mindestens zwei Varianten',
  before: 'Vorher',
  mapDescription: 'Karte, wie weit das Ergebnis daneben liegen kann',
  mapFailed: 'Die Karte konnte nicht geladen werden',
  notShown: 'Die Ergebnisse konnten nicht gezeigt werden',
  photoDescription: (name: string): string => `Das Foto, ${name}`,
  comparison: (label: string): string => `Das Foto vorher, und ${label}`,
  divider: (percent: number): string => `${percent} % vorher, ${100 - percent} % nachher`,
  mapText: (count: number, isCalibrated: boolean): string =>
    'Wie weit das Ergebnis daneben liegen kann, in Stufen von 255: ' +
    (isCalibrated
      ? 'in neun von zehn Fällen nicht weiter als das. '
      : `so weit, wie sich ${counted(count, 'Variante', 'Varianten')} unterscheiden. `) +
    'Helle Stellen sind geraten. Zeigen Sie ins Bild, um Werte abzulesen.',
  mapReading: (column: number, row: number, value: number, isCalibrated: boolean): string =>
    `Bei ${column}, ${row} kann das Ergebnis um ± ${counted(value, 'Stufe', 'Stufen')} von 255 ` +
    `daneben liegen${isCalibrated ? ', in neun von zehn Fällen.' : '.'}`,
  mapTick: (value: number, isLast: boolean): string =>
    value === 0 ? '0' : `±\u00a0${value}${isLast ? '+' : ''}`,
  percent: (percent: number): string => `${percent} %`,
  strengthNotes: {
    mean: '0 % ist das Foto, 100 % das beste Ergebnis.',
    sample: '0 % ist das beste Ergebnis, 100 % die Variante; mehr übertreibt sie.',
  },
};

const inside: Words['inside'] = {
  state: (noise) =>
    'Zustand xₜ: wo der Sampler steht, eine Antwort unter Rauschen von ' +
    `${counted(Math.round(noise), 'Stufe', 'Stufen')}.`,
  differences: {
    mean: (end) => `Abweichung von der Antwort ohne das Netz, von 0 (dunkel) bis ${end} Stufen.`,
    sample: (end) =>
      `Abweichung dieser Variante vom besten Ergebnis, von 0 (dunkel) bis ${end} Stufen.`,
  },
};

const steps: Words['steps'] = {
  goOn: 'Damit weiterarbeiten',
  working: 'Einen Moment …',
  opened: 'Geöffnet',
  now: (name: string): string => `${name}, jetzt`,
  back: (name: string): string => `Zurück zum Foto, wie es war: ${name}`,
  failed: 'Dieser Schritt ließ sich nicht machen',
};

// Viele Fotos.

const queue: Words['queue'] = {
  title: (count: number): string => counted(count, 'Foto', 'Fotos'),
  note:
    'Das erste ist offen, um die Einstellungen zu finden. Sie gelten dann für alle. ' +
    'Die Liste endet mit der Seite: Speichern Sie vorher ihre Zip-Datei.',
  noFill: 'Füllen braucht für jedes Foto eine Maske. Wählen Sie eine andere Aufgabe für alle.',
  noImprove: 'Wählen Sie eine Aufgabe für alle.',
  start: (count: number): string => `Alle ${count} restaurieren`,
  save: (count: number): string => `${counted(count, 'Ergebnis', 'Ergebnisse')} als Zip speichern`,
  zipName: 'restauriert.zip',
  zipFailed: 'Die Zip-Datei ließ sich nicht schreiben',
  waiting: 'wartet',
  running: (fraction: number): string => `${Math.round(100 * fraction)} %`,
  done: 'fertig',
  stage: (photo: number, of: number): string => `Foto ${photo} von ${of}`,
  began: (photo: number, of: number, name: string): string => `Foto ${photo} von ${of}: ${name}`,
  ended: (done: number, of: number): string =>
    done === of
      ? `Alle ${of} Fotos sind restauriert.`
      : `${done} von ${of} Fotos sind restauriert. Die Liste sagt, warum die anderen nicht.`,
  tooLarge: 'Dafür hat dieser Browser nicht genug Speicher.',
};

// Ohne Netz.

const offline: Words['offline'] = {
  ready: 'Diese Seite geht auch ohne Netz und lässt sich wie eine App installieren.',
  notReady: 'Diese Seite ist nicht für den Gebrauch ohne Netz gespeichert.',
  stored: (bytes: number): string =>
    `${megabytes(bytes)} sind in diesem Browser gespeichert: Seite, Modell und das offene Foto.`,
  cleared: 'Nichts ist mehr gespeichert. Der nächste Besuch lädt Seite und Modell noch einmal.',
  update: 'Neue Version verwenden',
  updateReady: 'Eine neue Version dieser Seite ist bereit.',
  updateWaits:
    'Eine neue Version dieser Seite ist bereit. Sie wartet, bis das Foto in allen Tabs ' +
    'geschlossen ist.',
};

const page: Words['page'] = {
  title: 'eps-restore: Fotos auf dem eigenen Gerät restaurieren',
  dismiss: 'Diesen Hinweis schließen',
  zoomLevel: (scale: number): string => `${Math.round(100 * scale)} %`,
  brushSize: (diameter: number): string => `${diameter} px`,
};

export const words: Words = {
  TASKS,
  improve,
  undecodable,
  opening,
  samples,
  failures,
  plan,
  cost,
  painting,
  detail,
  blur,
  DEVICES,
  engine,
  settings,
  noise,
  run,
  results,
  inside,
  steps,
  queue,
  offline,
  page,
};

// Was in index.html steht.

export const markup: Markup = {
  language: 'de',
  manifest: 'manifest.de.webmanifest',
  otherPage: './',
  otherLanguage: 'en',
  otherName: 'English',
  description:
    'Fotos ausbessern, vergrößern, schärfen, entrauschen und einfärben: im Browser, durch ' +
    'exaktes Ziehen aus der A-posteriori-Verteilung. Fotos verlassen Ihr Gerät nie.',
  title: 'eps-restore: Fotos auf dem eigenen Gerät restaurieren',
  skip: 'Zum Foto springen',
  pledge: 'Fotos verlassen dieses Gerät nie',
  starting: 'Startet',
  openPhoto: 'Foto öffnen',
  closePhoto: 'Foto schließen und vergessen',
  headline: 'Ein Foto restaurieren, auf Ihrem eigenen Gerät.',
  lede:
    'Kratzer ausbessern, vergrößern, schärfen, Körnung entfernen, einfärben. Ein bestes ' +
    'Ergebnis, einige Varianten und eine Karte, die zeigt, was nur geraten ist.',
  promise: 'Fotos verlassen dieses Gerät nie.',
  privacy:
    'Hinter dieser Seite steht kein Server. Sobald alles geladen ist, können Sie die ' +
    'Verbindung trennen, und alles funktioniert weiter. Der Browser behält Ihr Foto, bis Sie' +
    ' es schließen: Beim Neuladen geht nichts verloren.',
  openFirst: 'Ein Foto öffnen',
  openHint: 'oder Fotos hierher ziehen, oder eines einfügen',
  firstVisit: 'Der erste Besuch lädt 10 MB, Seite und Modell. Spätere laden nichts.',
  getReady: 'Jetzt bereit machen',
  view: 'Ansicht',
  viewPhoto: 'Foto',
  viewResult: 'Ergebnis',
  viewCompare: 'Vergleich',
  viewMap: 'Karte',
  zoom: 'Zoom',
  zoomOut: 'Verkleinern',
  zoomFit: 'Bild einpassen',
  zoomFitNow: 'Bild einpassen, jetzt bei',
  zoomIn: 'Vergrößern',
  picture: 'Das Bild. Plus und Minus zoomen, 0 passt es ein.',
  photo: 'Das Foto',
  paintingArea: 'Malfläche',
  paintingKeys:
    'Malen. Pfeiltasten bewegen das Werkzeug, die Leertaste malt, solange sie gedrückt' +
    ' ist, [ und ] ändern die Pinselgröße. B ist der Pinsel, R ein Rechteck, L ein Lasso, C ' +
    'eine Fläche gleicher Farbe, E der Radierer.',
  frame: 'Rahmen',
  compare: 'Vorher und nachher vergleichen',
  steps: 'Bisherige Schritte',
  painting: 'Malen',
  brushKey: 'Pinsel (B)',
  brush: 'Pinsel',
  rectangle: 'Rechteck',
  rectangleKey: 'Rechteck (R)',
  lasso: 'Lasso',
  lassoKey: 'Lasso (L)',
  colourArea: 'Fläche gleicher Farbe',
  colourAreaKey: 'Fläche gleicher Farbe (C)',
  eraserKey: 'Radierer (E)',
  eraser: 'Radierer',
  brushSize: 'Pinselgröße ( [ und ] )',
  size: 'Größe',
  brushSizeNow: '24 px',
  reach: 'Toleranz',
  reachHint: 'Wie weit die Farbe abweichen darf, in Stufen von 255',
  undo: 'Rückgängig',
  undoKey: 'Rückgängig (Strg Z)',
  redo: 'Wiederholen',
  redoKey: 'Wiederholen (Strg Umschalt Z)',
  clearMask: 'Gemaltes löschen',
  mask: 'Maske',
  findScratches: 'Kratzer und Staub suchen',
  edge: 'Rand',
  edgeNow: '4 px',
  grow: 'Erweitern',
  shrink: 'Verkleinern',
  invert: 'Umkehren',
  openMask: 'Maske öffnen',
  saveMask: 'Maske speichern',
  maskFile: 'Maskendatei',
  results: 'Ergebnisse',
  strength: 'Stärke',
  rim: 'Weicher Rand',
  rimHint: 'Wie weit das Foto am Rand des Bemalten durchscheint',
  goOnHint: 'Macht dieses Ergebnis zum Foto, für die nächste Aufgabe',
  savePicture: 'Bild speichern',
  format: 'Dateiformat',
  quality: 'Qualität',
  save: 'Speichern',
  share: 'Teilen',
  copy: 'Kopieren',
  removeLocation: 'Ohne Ort',
  removeLocationHint: 'Lässt weg, wo das Foto aufgenommen wurde',
  restoration: 'Restaurierung',
  closeList: 'Liste der Fotos schließen',
  whatToDo: 'Was soll geschehen?',
  improveHint: 'was diesem Foto fehlt',
  improvements: 'Was sich verbessern lässt',
  paintedOver: 'Was übermalt ist',
  narrow: 'Kratzer, Drähte, Gesichter',
  wide: 'Personen, Dinge',
  factor: 'Faktor',
  anyFactor: 'Beliebig',
  blurMayBe: 'Was die Unschärfe sein kann',
  kindOfBlur: 'Art der Unschärfe',
  amount: 'Stärke',
  direction: 'Richtung',
  blurSearch: 'Suche nach der Unschärfe',
  openKernel: 'Kern-Datei öffnen',
  kernelFile: 'Kern-Datei',
  kernelHint:
    'Ein kleines Bild der Unschärfe (Punktspreizfunktion), aus einer Veröffentlichung oder einem ' +
    'anderen Programm: hell, wohin das Licht eines Punkts fällt, sonst schwarz.',
  measureGrain: 'Körnung messen',
  grain: 'Körnung',
  grainHint: '5 ist schwach, 25 ist stark.',
  colourHint:
    'Zieht zufällig Farben, die zum grauen Foto passen: Jede Variante ist eine Möglichkeit. ' +
    'Farbe im Foto wird nicht beachtet.',
  paintColours: 'Farben selbst malen',
  paintColoursHint: 'ein paar Striche genügen: die Umgebung folgt ihnen',
  paintColour: 'Farbe',
  detail: 'Ausschnitt',
  detailBefore: 'Der Ausschnitt vorher',
  before: 'Vorher',
  detailAfter: 'Der Ausschnitt nachher',
  after: 'Nachher',
  advanced: 'Erweitert',
  inside: 'Hineinsehen',
  insideHint: 'Solange dies offen ist, erscheint hier jeder Schritt des nächsten Laufs.',
  insidePivot:
    'Pivot: der Zustand, zu dem verschoben, was das Foto sagt. Rauschen bleibt nur dort, wo es ' +
    'nichts sagt. Das entrauscht das Netz.',
  paper: 'Der Artikel: exact posterior sampling',
  variants: 'Varianten',
  care: 'Sorgfalt',
  quick: 'Schnell',
  normal: 'Normal',
  thorough: 'Gründlich',
  refine: 'Bestes Ergebnis verfeinern',
  refineHint: 'dauert etwas länger und kommt dem Original oft deutlich näher',
  noise: 'Körnung im Foto',
  seed: 'Startwert',
  seedHint: 'derselbe Startwert ergibt dieselben Varianten',
  newSeed: 'Neuer Startwert',
  device: 'Recheneinheit',
  automatic: 'Automatisch',
  model: 'Modell',
  openWeights: 'Gewichte öffnen',
  weightsFile: 'Gewichtsdatei',
  ownWeights: 'Die der Seite verwenden',
  cancel: 'Abbrechen',
  samplesTitle: 'Ein Beispiel ausprobieren',
  samplesHint:
    'Links ein sauberes Foto, das diese Seite beschädigt hat. Rechts ihr eigenes bestes ' +
    'Ergebnis. Öffnen Sie eines, um beide ganz zu sehen, neben dem Original.',
  aboutTitle: 'Was die Ergebnisse bedeuten',
  best: 'Bestes Ergebnis',
  bestText:
    'Der Mittelwert aller Fotos, die zu dem passen, was von Ihrem übrig ist: die Antwort mit' +
    ' dem kleinsten erwarteten Fehler. Sie ist weich, wo wenig bekannt ist, denn dort ' +
    'unterscheiden sich die Möglichkeiten.',
  variantsText:
    'Einzelne Fotos, aus diesen Möglichkeiten gezogen. Jedes stimmt mit dem überein, was Ihr' +
    ' Foto zeigt. Was darüber hinausgeht, ist glaubhaft erfunden, nie eine wiedergewonnene ' +
    'Tatsache.',
  mapText:
    'Wie weit das beste Ergebnis an jedem Pixel daneben liegen kann. Dunkel: Das Foto selbst ' +
    'entscheidet. Hell: Was dort zu sehen ist, ist geraten und darf nicht als Beleg gelten.',
  limits: 'Grenzen',
  limitsText:
    'Fotos behalten ihre Größe, und große brauchen Zeit: Die Seite sagt vorher, wie viel. ' +
    'Nichts in einer Lücke wird erkannt oder neu gezeichnet: Schmale werden ausgebessert, ' +
    'breite mit Strukturen aus dem Foto selbst gefüllt. Geschärft wird immer auf dem ' +
    'Prozessor.',
  photoFile: 'Fotodatei',
  onThisDevice: 'Auf diesem Gerät',
  clearStored: 'Gespeichertes löschen',
  update: 'Neue Version verwenden',
  credits: 'Beispielfotos',
  licence:
    'eps-restore ist freie Software, MIT oder Apache 2.0. Es rechnet mit einem Netz aus 7 ' +
    'Millionen Parametern in WebAssembly und WebGPU, nur auf diesem Gerät.',
  drop: 'Foto hier ablegen, um es zu öffnen',
  needsScript:
    'Diese Seite restauriert Fotos auf Ihrem Gerät, mit WebAssembly. Sie braucht JavaScript.',
};
