'use strict';
// util.types: brand checks that a script cannot fool.

const native = binding('types');

const TYPED_ARRAYS = [
  'Uint8Array', 'Uint8ClampedArray', 'Uint16Array', 'Uint32Array', 'Int8Array', 'Int16Array',
  'Int32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array',
];

// The getter on %TypedArray%.prototype reads the internal slot, so it tells the kind without
// asking the object.
const kindOf = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;

for (const name of [
  'isArgumentsObject', 'isArrayBuffer', 'isAsyncFunction', 'isBigIntObject', 'isBooleanObject',
  'isBoxedPrimitive', 'isDataView', 'isDate', 'isGeneratorFunction', 'isGeneratorObject', 'isMap',
  'isMapIterator', 'isModuleNamespaceObject', 'isNativeError', 'isNumberObject', 'isPromise',
  'isProxy', 'isRegExp', 'isSet', 'isSetIterator', 'isSharedArrayBuffer', 'isStringObject',
  'isSymbolObject', 'isTypedArray', 'isWeakMap', 'isWeakSet',
]) {
  exports[name] = native[name];
}

exports.isAnyArrayBuffer = function isAnyArrayBuffer(value) {
  return native.isArrayBuffer(value) || native.isSharedArrayBuffer(value);
};
exports.isArrayBufferView = ArrayBuffer.isView;
exports.isExternal = function isExternal() {
  return false;
};
exports.isCryptoKey = exports.isKeyObject = exports.isExternal;

for (const name of TYPED_ARRAYS) {
  exports[`is${name}`] = (value) => kindOf.call(value) === name;
}
