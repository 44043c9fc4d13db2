export { launch, TimeoutError } from './test.js';
