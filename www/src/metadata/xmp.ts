// XMP: a packet of XML. Runs on the page's own thread, which can read XML.

import type { IptcTexts } from './iptc.js';
import type { Truth } from './metadata.js';

const META = 'adobe:ns:meta/';
const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const XML = 'http://www.w3.org/XML/1998/namespace';
const DC = 'http://purl.org/dc/elements/1.1/';
const TIFF = 'http://ns.adobe.com/tiff/1.0/';
const EXIF = 'http://ns.adobe.com/exif/1.0/';
const XMP = 'http://ns.adobe.com/xap/1.0/';
const PHOTOSHOP = 'http://ns.adobe.com/photoshop/1.0/';
const CORE = 'http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/';
const EXTENSION = 'http://iptc.org/std/Iptc4xmpExt/2008-02-29/';

type Names = Readonly<Record<string, RegExp>>;

/**
 * What belongs to the old file: its thumbnails, gain maps, further pictures and depths, where they
 * lie in it, its size and colours, and the rest of a packet that was too long for one segment.
 */
const OF_THE_FILE: Names = {
  [XMP]: /^Thumbnails$/,
  [TIFF]: /^(Orientation|ImageWidth|ImageLength|BitsPerSample|Compression|YCbCr.*)$/,
  [EXIF]: /^(PixelXDimension|PixelYDimension|ColorSpace|MakerNote)$/,
  [PHOTOSHOP]: /^(ICCProfile|ColorMode|DocumentAncestors)$/,
  'http://ns.adobe.com/xmp/note/': /./,
  'http://ns.adobe.com/hdr-gain-map/1.0/': /./,
  'http://ns.apple.com/HDRGainMap/1.0/': /./,
  'http://ns.apple.com/pixeldatainfo/1.0/': /./,
  'http://ns.google.com/photos/1.0/container/': /./,
  'http://ns.google.com/photos/1.0/camera/': /./,
  'http://ns.google.com/photos/1.0/image/': /./,
  'http://ns.google.com/photos/1.0/depthmap/': /./,
  'http://ns.google.com/photos/dd/1.0/device/': /./,
};

const OF_THE_PLACE: Names = {
  [EXIF]: /^GPS/,
  [PHOTOSHOP]: /^(City|State|Country)$/,
  [CORE]: /^(Location|CountryCode)$/,
  [EXTENSION]: /^Location(Created|Shown)$/,
};

const isNamed = (node: Element | Attr, names: Names): boolean =>
  names[node.namespaceURI ?? '']?.test(node.localName) ?? false;

function parse(packet: string): Document | undefined {
  const document = new DOMParser().parseFromString(packet, 'application/xml');
  const isWhole = !document.querySelector('parsererror');
  return isWhole && descriptions(document).length > 0 ? document : undefined;
}

const descriptions = (document: Document): Element[] => [
  ...document.getElementsByTagNameNS(RDF, 'Description'),
];

/** The properties of the packet that have one of these names. */
function properties(document: Document, names: Names): (Element | Attr)[] {
  const found: (Element | Attr)[] = [];
  for (const description of descriptions(document))
    for (const property of [...description.attributes, ...description.children])
      if (isNamed(property, names)) found.push(property);
  return found;
}

export function tellsPlace(packet: string): boolean {
  const document = parse(packet);
  return document !== undefined && properties(document, OF_THE_PLACE).length > 0;
}

/**
 * The packet for a saved picture: without what belongs to the old file and, where that is wished,
 * without the place. Undefined if it is damaged.
 */
export function xmpFor(packet: string, { keepsLocation }: Truth): string | undefined {
  const document = parse(packet);
  if (!document) return undefined;
  const names = keepsLocation ? [OF_THE_FILE] : [OF_THE_FILE, OF_THE_PLACE];
  for (const property of names.flatMap((each) => properties(document, each)))
    if (property instanceof Attr) property.ownerElement?.removeAttributeNode(property);
    else property.remove();
  return new XMLSerializer().serializeToString(document);
}

/** A packet with the texts of IPTC's older records; undefined if there are none. */
export function xmpOf(texts: IptcTexts): string | undefined {
  const packet = document.implementation.createDocument(META, 'x:xmpmeta');
  const description = packet.createElementNS(RDF, 'rdf:Description');
  description.setAttributeNS(RDF, 'rdf:about', '');
  const frame = packet.createElementNS(RDF, 'rdf:RDF');
  frame.append(description);
  packet.documentElement.append(frame);
  const kinds = { title: 'Alt', description: 'Alt', rights: 'Alt', creator: 'Seq', subject: 'Bag' };
  for (const [name, kind] of Object.entries(kinds)) {
    const values = texts[name as keyof IptcTexts];
    if (values.length === 0) continue;
    const list = packet.createElementNS(RDF, `rdf:${kind}`);
    for (const value of values) {
      const item = packet.createElementNS(RDF, 'rdf:li');
      if (kind === 'Alt') item.setAttributeNS(XML, 'xml:lang', 'x-default');
      item.textContent = value;
      list.append(item);
    }
    const property = packet.createElementNS(DC, `dc:${name}`);
    property.append(list);
    description.append(property);
  }
  if (!description.firstChild) return undefined;
  return new XMLSerializer().serializeToString(packet);
}
