export { launch, _electron, TimeoutError } from './test.js';
