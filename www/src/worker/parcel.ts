// How pictures travel from the worker to the page. Browsers copy the pixels of an ImageData, which
// takes long for a large one; an array can move.

/** An ImageData on its way. */
class Parcel {
  readonly isImage = true;

  constructor(
    readonly data: ImageDataArray,
    readonly width: number,
    readonly height: number,
    readonly colorSpace: PredefinedColorSpace,
  ) {}
}

const isParcel = (value: object): value is Parcel => 'isImage' in value;

/**
 * A value whose pictures can move.
 *
 * @param transfer takes what is to be moved.
 */
export function pack(value: unknown, transfer: Transferable[]): unknown {
  if (value instanceof ImageData) {
    transfer.push(value.data.buffer);
    return new Parcel(value.data, value.width, value.height, value.colorSpace);
  }
  if (value instanceof ImageBitmap) transfer.push(value);
  if (value instanceof Uint8Array) transfer.push(value.buffer as ArrayBuffer);
  if (Array.isArray(value)) return value.map((each) => pack(each, transfer));
  return isPlain(value) ? mapValues(value, (each) => pack(each, transfer)) : value;
}

/** The value as it was before. */
export function unpack(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpack);
  if (!isPlain(value)) return value;
  return isParcel(value) ? imageOf(value) : mapValues(value, unpack);
}

const imageOf = ({ data, width, height, colorSpace }: Parcel): ImageData =>
  new ImageData(data, width, height, { colorSpace });

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const mapValues = (value: object, map: (each: unknown) => unknown): object =>
  Object.fromEntries(Object.entries(value).map(([key, each]) => [key, map(each)]));
