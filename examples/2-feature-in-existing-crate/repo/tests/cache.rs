//! Storing, finding and removing values, and what is counted on the way.

use larder::{Cache, Config, Error};

#[test]
fn a_stored_value_is_found() {
    let mut cache = Cache::new(Config::default());
    assert_eq!(cache.set("a", "1"), Ok(None));
    assert_eq!(cache.get("a"), Some(&b"1"[..]));
    assert_eq!(cache.get("b"), None);
    assert_eq!((cache.stats().hits, cache.stats().misses), (1, 1));
}

#[test]
fn setting_a_key_again_replaces_the_value_and_returns_the_old_one() {
    let mut cache = Cache::new(Config::default());
    cache.set("a", "1").unwrap();
    assert_eq!(cache.set("a", "2"), Ok(Some(b"1".to_vec())));
    assert_eq!(cache.get("a"), Some(&b"2"[..]));
    assert_eq!(cache.len(), 1);
    let stats = cache.stats();
    assert_eq!((stats.insertions, stats.replacements), (1, 1));
}

#[test]
fn a_removed_value_is_gone() {
    let mut cache = Cache::new(Config::default());
    cache.set("a", "1").unwrap();
    assert_eq!(cache.remove("a"), Some(b"1".to_vec()));
    assert_eq!(cache.remove("a"), None);
    assert!(!cache.contains("a"));
    assert_eq!(cache.stats().removals, 1);
}

#[test]
fn clear_empties_the_cache_and_keeps_the_counters() {
    let mut cache = Cache::new(Config::default());
    cache.set("a", "1").unwrap();
    cache.clear();
    assert!(cache.is_empty());
    assert_eq!(cache.stats().insertions, 1);
    assert_eq!(cache.stats().removals, 0);
}

#[test]
fn keys_lists_every_stored_key() {
    let mut cache = Cache::new(Config::default());
    for key in ["b", "a", "c"] {
        cache.set(key, "1").unwrap();
    }
    let mut keys: Vec<_> = cache.keys().collect();
    keys.sort_unstable();
    assert_eq!(keys, ["a", "b", "c"]);
}

#[test]
fn contains_counts_neither_hit_nor_miss() {
    let mut cache = Cache::new(Config::default());
    cache.set("a", "1").unwrap();
    assert!(cache.contains("a"));
    assert!(!cache.contains("b"));
    assert_eq!((cache.stats().hits, cache.stats().misses), (0, 0));
}

#[test]
fn keys_and_values_above_the_limits_are_refused_and_change_nothing() {
    let config = Config::default()
        .with_max_key_bytes(3)
        .and_then(|config| config.with_max_value_bytes(4))
        .unwrap();
    let mut cache = Cache::new(config);
    assert_eq!(cache.set("", "1"), Err(Error::EmptyKey));
    assert_eq!(
        cache.set("abcd", "1"),
        Err(Error::KeyTooLong { len: 4, limit: 3 })
    );
    assert_eq!(
        cache.set("abc", "12345"),
        Err(Error::ValueTooLong { len: 5, limit: 4 })
    );
    assert!(cache.is_empty());
    assert_eq!(cache.stats(), larder::Stats::default());
    assert_eq!(cache.set("abc", "1234"), Ok(None));
}
