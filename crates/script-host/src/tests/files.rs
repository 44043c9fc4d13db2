use super::Bench;

/// Runs `source` with `fs` and a fresh folder `dir`; the folder's path in what it prints becomes `DIR`.
fn run(source: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().to_string_lossy().into_owned();
    let bench = Bench::node();
    bench.with_module("fs", "fs");
    bench.realm.with(|ctx| ctx.globals().set("dir", dir.as_str())).expect("set");
    bench.run(source).into_iter().map(|line| line.replace(&dir, "DIR")).collect()
}

#[test]
fn files_are_written_and_read() {
    let source = "
        const f = dir + '/a.txt';
        fs.writeFileSync(f, 'h\\u00e9'); fs.appendFileSync(f, '!');
        console.log(fs.readFileSync(f, 'utf8'), fs.readFileSync(f), fs.readFileSync(f, { encoding: 'hex' }));
        console.log(fs.existsSync(f), fs.existsSync(dir + '/no'), fs.statSync(f).size, fs.statSync(f).isFile(), fs.statSync(dir).isDirectory());
        fs.renameSync(f, dir + '/b.txt'); fs.copyFileSync(dir + '/b.txt', dir + '/c.txt');
        fs.symlinkSync('c.txt', dir + '/l'); console.log(fs.lstatSync(dir + '/l').isSymbolicLink(), fs.readlinkSync(dir + '/l'));
        console.log(fs.readdirSync(dir).join()); fs.unlinkSync(dir + '/l');
        fs.mkdirSync(dir + '/x/y/z', { recursive: true }); fs.writeFileSync(dir + '/x/y/f', '');
        console.log(fs.readdirSync(dir + '/x', { recursive: true }).join(), fs.readdirSync(dir, { withFileTypes: true }).map((e) => e.name + e.isDirectory()).join());
        fs.rmSync(dir + '/x', { recursive: true }); fs.rmSync(dir + '/x', { force: true }); console.log(fs.existsSync(dir + '/x'));
        console.log(fs.statSync(dir + '/no', { throwIfNoEntry: false }), fs.mkdtempSync(dir + '/t-').length - dir.length);
    ";
    let expected = [
        "hé! <Buffer 68 c3 a9 21> 68c3a921",
        "true false 4 true true",
        "true c.txt",
        "b.txt,c.txt,l",
        "y,y/f,y/z b.txtfalse,c.txtfalse,xtrue",
        "false",
        "undefined 9",
    ];
    assert_eq!(run(source), expected);
}

#[test]
fn descriptors_read_and_write_at_places() {
    let source = "
        const fd = fs.openSync(dir + '/a', 'w+'); console.log(fs.writeSync(fd, 'hello'), fs.writeSync(fd, Buffer.from('J'), 0, 1, 0));
        const b = Buffer.alloc(4); console.log(fs.readSync(fd, b, 0, 4, 1), b.toString(), fs.fstatSync(fd).size); fs.closeSync(fd);
        for (const f of [() => fs.closeSync(fd), () => fs.readSync(fd, b), () => fs.closeSync(0)]) try { f() } catch (e) { console.log(e.message) }
    ";
    let expected = [
        "5 1",
        "4 ello 5",
        "EBADF: bad file descriptor, close",
        "EBADF: bad file descriptor, read",
        "EBADF: bad file descriptor, close",
    ];
    assert_eq!(run(source), expected);
}

#[test]
fn errors_are_worded_as_node_words_them() {
    let source = "
        const at = (name) => dir + '/' + name; fs.mkdirSync(at('d')); fs.writeFileSync(at('d/f'), '');
        for (const f of [
            () => fs.readFileSync(at('no.txt')), () => fs.readFileSync(at('d')), () => fs.mkdirSync(at('d')), () => fs.rmdirSync(at('d')),
            () => fs.renameSync(at('no'), at('b')), () => fs.readdirSync(at('no')), () => fs.unlinkSync(at('no')), () => fs.accessSync(at('no')),
            () => fs.copyFileSync(at('no'), at('x')), () => fs.statSync(at('no')), () => fs.rmSync(at('no')), () => fs.openSync(at('d/f'), 'wx'), () => fs.mkdirSync(at('a/b')),
            () => fs.readFileSync(5.5), () => fs.readFileSync('x', 'nope'), () => fs.openSync('x', 'zz'), () => fs.writeFileSync('x', {}), () => fs.readFileSync('a\\0b'),
            () => fs.createReadStream('x'),
        ]) try { f(); console.log('fine') } catch (e) { console.log(e.code, e.errno, e.syscall, e.message) }
    ";
    let lines: Vec<String> = run(source).into_iter().map(|line| line.replace("DIR/", "")).collect();
    let system = [
        "ENOENT -2 open ENOENT: no such file or directory, open 'no.txt'",
        "EISDIR -21 read EISDIR: illegal operation on a directory, read",
        "EEXIST -17 mkdir EEXIST: file already exists, mkdir 'd'",
        "ENOTEMPTY -39 rmdir ENOTEMPTY: directory not empty, rmdir 'd'",
        "ENOENT -2 rename ENOENT: no such file or directory, rename 'no' -> 'b'",
        "ENOENT -2 scandir ENOENT: no such file or directory, scandir 'no'",
        "ENOENT -2 unlink ENOENT: no such file or directory, unlink 'no'",
        "ENOENT -2 access ENOENT: no such file or directory, access 'no'",
        "ENOENT -2 copyfile ENOENT: no such file or directory, copyfile 'no' -> 'x'",
        "ENOENT -2 stat ENOENT: no such file or directory, stat 'no'",
        "ENOENT -2 lstat ENOENT: no such file or directory, lstat 'no'",
        "EEXIST -17 open EEXIST: file already exists, open 'd/f'",
        "ENOENT -2 mkdir ENOENT: no such file or directory, mkdir 'a/b'",
    ];
    assert_eq!(lines[..system.len()], system);
    let codes: Vec<&str> =
        lines[system.len()..].iter().map(|line| line.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(
        codes,
        [
            "EBADF",
            "ERR_INVALID_ARG_VALUE",
            "ERR_INVALID_ARG_VALUE",
            "ERR_INVALID_ARG_TYPE",
            "ERR_INVALID_ARG_VALUE",
            "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM"
        ]
    );
}

#[test]
fn callbacks_and_promises_come_later_and_keep_the_loop_alive() {
    let source = "
        const f = dir + '/a';
        fs.writeFile(f, 'data', (error) => {
            console.log('written', error);
            fs.readFile(f, 'utf8', (error, data) => console.log('read', error, data));
        });
        fs.promises.readFile(dir + '/no').catch((error) => console.log(error.code));
        fs.promises.mkdir(dir + '/p').then(async () => {
            const file = await fs.promises.open(dir + '/p/f', 'w+');
            await file.write('abc'); console.log((await file.stat()).size); await file.close();
            console.log(await fs.promises.readFile(dir + '/p/f', 'utf8'), await fs.promises.readdir(dir + '/p'));
        });
        fs.access(f, (error) => console.log('access', error));
        try { fs.readFile(f) } catch (error) { console.log(error.message) }
        console.log('sync');
    ";
    let lines = run(source);
    assert_eq!(
        lines[..5],
        [
            "The \"cb\" argument must be of type function. Received undefined",
            "sync",
            "written null",
            "ENOENT",
            "access null"
        ]
    );
    assert!(lines.contains(&"read null data".to_owned()) && lines.contains(&"abc [ 'f' ]".to_owned()), "{lines:?}");
}

#[test]
fn folders_are_copied_and_read_entry_by_entry() {
    let source = "
        const at = (name) => `${dir}/${name}`;
        fs.mkdirSync(at('a/b'), { recursive: true }); fs.writeFileSync(at('a/x'), '1'); fs.writeFileSync(at('a/b/y'), '2');
        fs.symlinkSync('x', at('a/l')); fs.chmodSync(at('a/x'), 0o700);
        const attempt = (f) => { try { console.log('fine', f()) } catch (e) { console.log(e.name, e.code, e.errno, e.message) } };
        const all = { recursive: true };
        for (const [from, to, options] of [
            ['a', 'o'], ['a', 'a/c', all], ['a/x', 'a/x'], ['no', 'o'], ['a', 'a/x', all], ['a/x', 'a/b'], ['a', 'o', all], ['a', 'o', all],
            ['a/x', 'o/x', { force: false, errorOnExist: true }], ['a/x', 'o/x', { force: false }], ['a/x', 'deep/er/x'],
            ['a', 'f', { ...all, filter: (from) => !from.endsWith('y') }], ['a', 'b', { recursive: 1 }],
        ]) attempt(() => fs.cpSync(at(from), at(to), options));
        console.log(fs.readlinkSync(at('o/l')), fs.statSync(at('o/x')).mode.toString(8), fs.readdirSync(at('o'), all).sort().join(), fs.readdirSync(at('f'), all).sort().join());
        const folder = fs.opendirSync(at('a')), names = [];
        for (let entry; (entry = folder.readSync()) !== null;) names.push(entry.name + entry.isDirectory());
        console.log(names.sort().join(), folder.path); folder.closeSync();
        attempt(() => folder.readSync()); attempt(() => fs.opendirSync(at('no')));
        fs.cp(at('a'), at('g'), all, (error) => {
            console.log(error, fs.existsSync(at('g/b/y')));
            fs.promises.cp(at('a'), at('h')).catch(async (error) => {
                console.log(error.code);
                const list = [];
                for await (const { name } of await fs.promises.opendir(at('a'))) list.push(name);
                console.log(list.sort().join());
            });
        });
    ";
    let expected = [
        "SystemError ERR_FS_EISDIR 22 Path is a directory: cp returned EISDIR (a is a directory (not copied)) a",
        "SystemError ERR_FS_CP_EINVAL 22 Invalid src or dest: cp returned EINVAL (cannot copy a to a subdirectory of self a/c) a/c",
        "SystemError ERR_FS_CP_EINVAL 22 Invalid src or dest: cp returned EINVAL (src and dest cannot be the same) a/x",
        "Error ENOENT -2 ENOENT: no such file or directory, lstat 'no'",
        "SystemError ERR_FS_CP_DIR_TO_NON_DIR 21 Cannot overwrite non-directory with directory: cp returned EISDIR (cannot overwrite non-directory a/x with directory a) a/x",
        "SystemError ERR_FS_CP_NON_DIR_TO_DIR 20 Cannot overwrite directory with non-directory: cp returned ENOTDIR (cannot overwrite directory a/b with non-directory a/x) a/b",
        "fine undefined",
        "fine undefined",
        "SystemError ERR_FS_CP_EEXIST 17 Target already exists: cp returned EEXIST (o/x already exists) o/x",
        "fine undefined",
        "fine undefined",
        "fine undefined",
        "TypeError ERR_INVALID_ARG_TYPE undefined The \"options.recursive\" property must be of type boolean. Received type number (1)",
        "a/x 100700 b,b/y,l,x b,l,x",
        "btrue,lfalse,xfalse a",
        "Error ERR_DIR_CLOSED undefined Directory handle was closed",
        "Error ENOENT -2 ENOENT: no such file or directory, opendir 'no'",
        "null true",
        "ERR_FS_EISDIR",
        "b,l,x",
    ];
    let said: Vec<String> = run(source).into_iter().map(|line| line.replace("DIR/", "")).collect();
    assert_eq!(said, expected);
}
