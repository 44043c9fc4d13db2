// What `main-proc` has Node run first (`node -e`): the addon brings everything else. As old as can be, so that a Node that is
// too old can say so.
(function (require) {
  function refuse(text) {
    require('fs').writeSync(Number(process.env.DIPOLE_CONTROL || 0), JSON.stringify({ event: 'refused', text: text }) + '\n');
    process.exit(3);
  }
  var version = process.versions.node.split('.').map(Number);
  if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
    refuse('main in Node needs Node 20.19 or later, and this is ' + process.version + ' (' + process.execPath + '): install a later one, or name it in DIPOLE_NODE');
  }
  var file = process.env.DIPOLE_ADDON_FILE;
  var next = '. Build it again with `cargo build -p node-host`, install the package again, or correct DIPOLE_ADDON';
  var loaded = { exports: {} };
  try {
    process.dlopen(loaded, file);
  } catch (error) {
    refuse('the addon cannot be loaded by Node ' + process.version + ': ' + error.message.replace(/\.$/, '') + next);
  }
  var addon = loaded.exports;
  if (typeof addon.version !== 'function' || typeof addon.sources !== 'function') {
    refuse("'" + file + "' is an addon, but not the one of main in Node" + next);
  }
  var wanted = JSON.parse(process.env.DIPOLE_DRIVEN).version;
  if (addon.version() !== wanted) {
    refuse("the addon '" + file + "' is of version " + addon.version() + ', and this program of version ' + wanted + next);
  }
  var sources = addon.sources();
  require('vm').compileFunction(sources.node['load.js'], ['native', 'sources', 'require', 'importDynamically'], { filename: 'node:dipole/load.js' })(addon, sources, require, function (name) { return import(name); })('./driven.js');
})(require);
