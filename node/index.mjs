import electron from './index.js';

export default electron;
