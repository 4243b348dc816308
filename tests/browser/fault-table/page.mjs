// What the faults of the table use. Runs once in the page, before all of them.
export async function prepare() {
  window.started = [];
  window.Worker = class extends Worker {
    constructor(...parameters) {
      super(...parameters);
      started.push(this);
    }
  };
  window.another = () => eps.Restorer.load({ device: 'cpu', workers: 1, stallMs: 3000 });
  window.photo = tools.photo(64);
  window.restore = (source, task = eps.denoise(20), options = {}) =>
    restorer.restore(source, task, { samples: 0, ...options });
  window.long = (options) => restorer.restore(photo, eps.denoise(20), { samples: 16, ...options });
  window.kernel = (side, value) => {
    const data = new Float32Array(side * side).fill(1);
    data[0] = value;
    return { data: value === 0 ? data.fill(0) : data, width: side, height: side };
  };
  window.operator = (apply) => {
    const text = `export const apply = ${apply}; export const adjoint = (y) => y.slice();`;
    return eps.linearOperator(URL.createObjectURL(new Blob([text], { type: 'text/javascript' })));
  };
  window.restorer = await another();
}
