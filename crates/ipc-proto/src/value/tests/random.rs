//! Random values, to find what nobody thought of.

use super::*;

/// A small generator (SplitMix64), so that a failure can be repeated from its seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ bits >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ bits >> 31
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn bytes(&mut self, longest: u64) -> Vec<u8> {
        (0..self.below(longest + 1)).map(|_| self.next() as u8).collect()
    }

    fn text(&mut self) -> WtfString {
        WtfString::from_utf16((0..self.below(6)).map(|_| match self.below(4) {
            0 => self.next() as u16,
            1 => 0xD800 + self.below(0x800) as u16,
            _ => 0x20 + self.below(0x5F) as u16,
        }))
    }

    fn name(&mut self) -> String {
        ["a", "b", "name", "", "ключ", "0"][self.below(6) as usize].to_owned()
    }
}

/// Adds one random value.
fn add(b: &mut Builder, random: &mut Random, objects: &mut Vec<ObjectId>, depth: u64) {
    let kinds = if depth > 5 { 14 } else { 20 };
    match random.below(kinds) {
        0 => {
            b.undefined();
        }
        1 => {
            b.null();
        }
        2 => {
            b.bool(random.below(2) == 0);
        }
        3 => {
            b.int(random.next() as i64 >> random.below(64));
        }
        4 => {
            b.float(f64::from_bits(random.next()));
        }
        5 => {
            b.big_int(random.below(2) == 0, &random.bytes(20));
        }
        6 | 7 => {
            b.wtf(random.text().as_wtf());
        }
        8 if !objects.is_empty() => {
            let object = objects[random.below(objects.len() as u64) as usize];
            b.reference(object);
        }
        8 | 9 => objects.push(b.date(random.below(1 << 40) as f64)),
        10 => objects.push(b.reg_exp("a|b", "g")),
        11 => objects.push(b.bytes(&random.bytes(10))),
        12 => {
            objects.push(b.boxed());
            b.int(random.next() as i64);
        }
        13 => {
            let bytes = random.bytes(16);
            let whole = bytes.len() as u64 / 2 * 2;
            objects.push(b.view(ViewKind::Int16, 0, whole));
            objects.push(b.buffer(&bytes, None));
        }
        14 | 15 => {
            objects.push(b.array());
            for _ in 0..random.below(6) {
                if random.below(6) == 0 {
                    b.holes(1 + random.below(3) as u32);
                }
                add(b, random, objects, depth + 1);
            }
            if random.below(4) == 0 {
                // Its length and elements are no properties of it.
                b.key(&format!("_{}", random.name()));
                add(b, random, objects, depth + 1);
            }
            b.end();
        }
        16 | 17 => {
            objects.push(b.object());
            for _ in 0..random.below(5) {
                b.key(&random.name());
                add(b, random, objects, depth + 1);
            }
            b.end();
        }
        18 => {
            objects.push(b.map());
            for _ in 0..random.below(4) * 2 {
                add(b, random, objects, depth + 1);
            }
            b.end();
        }
        _ => {
            if random.below(2) == 0 {
                objects.push(b.set());
                for _ in 0..random.below(4) {
                    add(b, random, objects, depth + 1);
                }
            } else {
                objects.push(b.error(ErrorKind::ALL[random.below(7) as usize].0, "message"));
                b.key("cause");
                add(b, random, objects, depth + 1);
            }
            b.end();
        }
    }
}

fn random_value(seed: u64) -> Value {
    let mut builder = Value::builder();
    builder.array();
    let mut random = Random(seed);
    for _ in 0..4 {
        add(&mut builder, &mut random, &mut Vec::new(), 0);
    }
    builder.end();
    builder.build().unwrap_or_else(|error| panic!("seed {seed}: {error}"))
}

/// Holds that both are the same graph, shared objects included, seen through cursors alone.
fn assert_same_shape(a: ValueRef<'_>, b: ValueRef<'_>, seed: u64) {
    let mut pairs = vec![(a, b)];
    let mut partners = std::collections::HashMap::new();
    while let Some((a, b)) = pairs.pop() {
        assert_eq!((a.kind(), a.len()), (b.kind(), b.len()), "seed {seed}");
        if let Some(partner) = partners.insert(a.node(), b.node()) {
            assert_eq!(partner, b.node(), "seed {seed}: one object became two");
            continue;
        }
        for ((left_name, left), (right_name, right)) in a.entries().zip(b.entries()) {
            assert_eq!(left_name, right_name, "seed {seed}");
            pairs.push((left, right));
        }
        for ((left_at, left), (right_at, right)) in a.elements().zip(b.elements()) {
            assert_eq!(left_at, right_at, "seed {seed}");
            pairs.push((left, right));
        }
        for ((left_key, left), (right_key, right)) in a.map_entries().zip(b.map_entries()) {
            pairs.extend([(left_key, right_key), (left, right)]);
        }
    }
}

#[test]
fn random_values_survive_every_way_round() {
    for seed in 0..300 {
        let value = random_value(seed);
        let again = value.to_payload().to_value().unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        assert_eq!(value, again, "seed {seed}");

        // Through a type that holds it among others, and so through renumbering.
        let payload = Payload::from_serialize(&(&value, "between", &value)).expect("encodes");
        let (first, _, second): (Value, String, Value) =
            payload.decode().unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        assert_eq!(value, first, "seed {seed}");
        assert_eq!(value, second, "seed {seed}");
        assert_same_shape(value.root(), second.root(), seed);

        // Every part, cut out of what it shares things with.
        for (_, part) in value.root().elements() {
            let cut = part.to_value().unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            let back = Payload::from_serialize(&cut).and_then(|payload| payload.to_value());
            assert_eq!(back, Ok(cut.clone()), "seed {seed}");
            assert_same_shape(part, cut.root(), seed);
        }
        let parts: Vec<Value> = value.decode().unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        for ((_, part), cut) in value.root().elements().zip(&parts) {
            assert_eq!(part.to_value().as_ref(), Ok(cut), "seed {seed}");
        }
    }
}

#[test]
fn random_damage_to_random_values_never_panics_or_hangs() {
    for seed in 0..1_000 {
        let mut random = Random(seed ^ 0xDA3A6E);
        let mut bytes = random_value(seed % 200).as_bytes().to_vec();
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len() as u64) as usize;
            match random.below(3) {
                0 => bytes[at] = random.next() as u8,
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, random.next() as u8 % 30),
            }
            if bytes.is_empty() {
                break;
            }
        }
        let damaged = PayloadRef::new(&bytes);
        let _ = damaged.decode::<serde_json::Value>();
        let _ = damaged.decode::<(Value, Value, Option<Value>)>();
        if let Ok(value) = damaged.to_value() {
            let _ = format!("{value:?}");
            let _ = serde_json::to_value(&value);
            assert_eq!(value, value.root().to_value().expect("a root is whole"), "seed {seed}");
        }
    }
}
