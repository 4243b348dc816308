// Assertions that more than one file needs.
import assert from 'node:assert/strict';

/** What a rejected or thrown EpsError must look like. */
export function eps(code, message = /./) {
  return (error) => {
    assert.equal(error.constructor.name, 'EpsError', `${error.stack}`);
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  };
}

/** Numbers equal up to `tolerance`. */
export function near(actual, expected, tolerance, what = '') {
  assert.ok(
    Math.abs(actual - expected) <= tolerance,
    `${what} ${actual} is not within ${tolerance} of ${expected}`,
  );
}
