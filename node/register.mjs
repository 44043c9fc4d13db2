// `node --import dipole/register main.js`: from here on programs can require and import `electron` in this process.
import './register.js';
