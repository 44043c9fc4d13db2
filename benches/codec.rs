//! Values to bytes and back: ours, which keep their kinds and are checked, beside bincode, which knows the type.
//!
//! `cargo bench -p ipc-benches --bench codec [FILTER]`

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ipc_benches::{Bytes, Item, SMALL, bytes, items};
use ipc_link::Arguments;
use ipc_link::typed::{decode_args, encode_args};
use ipc_proto::limits::Limits;
use ipc_proto::token::{TokenReader, TokenWriter};
use ipc_proto::wire::Token;
use serde::Serialize;
use serde::de::DeserializeOwned;

const RECORDS: u32 = 1_000;
const LARGE: usize = 64 << 10;

fn bincode_config() -> bincode::config::Configuration {
    bincode::config::standard()
}

/// One value, both ways, by both.
fn both<T>(criterion: &mut Criterion, name: &str, value: &T)
where
    T: Arguments + Serialize + DeserializeOwned + bincode::Encode + bincode::Decode<()>,
{
    let mut ours = Vec::new();
    encode_args(&mut ours, value).expect("encodable");
    let mut theirs = Vec::new();
    let written = bincode::encode_into_std_write(value, &mut theirs, bincode_config()).expect("encodable");
    let limits = Limits::default();

    let mut group = criterion.benchmark_group("encode");
    group.throughput(Throughput::Bytes(written as u64));
    group.bench_function(BenchmarkId::new("ours", name), |bencher| {
        bencher.iter(|| {
            ours.clear();
            encode_args(&mut ours, black_box(value)).expect("encodable");
        });
    });
    group.bench_function(BenchmarkId::new("bincode", name), |bencher| {
        bencher.iter(|| {
            theirs.clear();
            bincode::encode_into_std_write(black_box(value), &mut theirs, bincode_config()).expect("encodable")
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Bytes(written as u64));
    group.bench_function(BenchmarkId::new("ours", name), |bencher| {
        bencher.iter(|| decode_args::<T>(black_box(&ours), &limits).expect("the same value"));
    });
    group.bench_function(BenchmarkId::new("bincode", name), |bencher| {
        bencher
            .iter(|| bincode::decode_from_slice::<T, _>(black_box(&theirs), bincode_config()).expect("the same value"));
    });
    group.finish();
}

fn values(criterion: &mut Criterion) {
    both(criterion, "three integers", &SMALL);
    both(criterion, "1000 records", &(items(RECORDS),));
    large(criterion);
}

/// Bytes travel as bytes with us; bincode alone is given the vector.
fn large(criterion: &mut Criterion) {
    let value = (bytes(LARGE),);
    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    let limits = Limits::default();
    let mut group = criterion.benchmark_group("encode");
    group.throughput(Throughput::Bytes(LARGE as u64));
    group.bench_function(BenchmarkId::new("ours", "64 KiB"), |bencher| {
        bencher.iter(|| {
            ours.clear();
            encode_args(&mut ours, black_box(&value)).expect("encodable");
        });
    });
    group.bench_function(BenchmarkId::new("bincode", "64 KiB"), |bencher| {
        bencher.iter(|| {
            theirs.clear();
            bincode::encode_into_std_write(black_box(&value.0.0), &mut theirs, bincode_config()).expect("encodable")
        });
    });
    group.finish();
    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Bytes(LARGE as u64));
    group.bench_function(BenchmarkId::new("ours", "64 KiB"), |bencher| {
        bencher.iter(|| decode_args::<(Bytes,)>(black_box(&ours), &limits).expect("the same value"));
    });
    group.bench_function(BenchmarkId::new("bincode", "64 KiB"), |bencher| {
        bencher.iter(|| {
            bincode::decode_from_slice::<Vec<u8>, _>(black_box(&theirs), bincode_config()).expect("the same value")
        });
    });
    group.finish();
}

/// The tokens below: written and checked without any Rust type.
fn tokens(criterion: &mut Criterion) {
    let mut bytes = Vec::new();
    let put = |bytes: &mut Vec<u8>| {
        let mut writer = TokenWriter::new(bytes);
        for id in 0..i64::from(RECORDS) {
            writer.put(Token::Object);
            writer.key("id");
            writer.put(Token::Int(id));
            writer.key("name");
            writer.put(Token::Str(b"a record"));
            writer.put(Token::End);
        }
    };
    let mut group = criterion.benchmark_group("tokens");
    group.throughput(Throughput::Elements(u64::from(RECORDS) * 6));
    group.bench_function("write", |bencher| {
        bencher.iter(|| {
            bytes.clear();
            put(black_box(&mut bytes));
        });
    });
    // One value to read: the same records, as Rust types write them.
    let mut whole = Vec::new();
    encode_args(&mut whole, &(items(RECORDS),)).expect("encodable");
    let limits = Limits::default();
    let count = |whole: &[u8]| {
        let mut reader = TokenReader::new(whole, &limits);
        let mut count = 0_u64;
        while reader.advance().expect("valid tokens") {
            count += 1;
        }
        count
    };
    group.throughput(Throughput::Elements(count(&whole)));
    group.bench_function("read and check", |bencher| bencher.iter(|| count(black_box(&whole))));
    group.finish();
    let _: Item = items(1).remove(0);
}

criterion_group!(benches, values, tokens);
criterion_main!(benches);
