use super::*;

const DEVICES: &str = "[[device]]\nname = \"a\"\nprogram = \"a.p4\"\n\n[[device]]\nname = \"b\"\nprogram = \"b.p4\"\n\n\
                       [ports]\n1 = \"a:1\"\n\n";

fn links(text: &str) -> Result<Links, ConfigError> {
    match CompositionConfig::from_toml(&format!("{DEVICES}{text}"))?.wiring {
        Wiring::Links(links) => Ok(links),
        Wiring::Direct(_) => Err(ConfigError::NoDevice),
    }
}

fn from(port: u16) -> (String, u16) {
    ("a".to_owned(), port)
}

#[test]
fn many_ports_of_which_some_have_links_of_their_own() {
    let links = links(
        "[[link]]\nfrom = \"a:*\"\nto = \"b:*\"\n\n[[link]]\nfrom = \"a:3\"\nto = \"physical:9\"\n\n\
         [[link]]\nfrom = \"b:4-6\"\nto = \"physical:1\"\n",
    )
    .unwrap();
    assert_eq!(links.egress.len(), 511 + 3);
    assert_eq!(links.egress.get(&from(3)), Some(&Endpoint::Physical(9)));
    let device = Endpoint::Device { device: "b".to_owned(), port: 510 };
    assert_eq!(links.egress.get(&from(510)), Some(&device));
    assert_eq!(links.egress.get(&("b".to_owned(), 6)), Some(&Endpoint::Physical(1)));
}

#[test]
fn conditions_are_tried_in_order() {
    let links = links(
        "[[link]]\nfrom = \"a:1\"\nto = \"b:1\"\nwhen = [{ byte = 12, value = \"0806\" }]\n\n\
         [[link]]\nfrom = \"a:1\"\nto = \"b:2\"\nwhen = [{ byte = 12, value = \"0800\", mask = \"ff00\" }]\n\n\
         [[link]]\nfrom = \"a:1\"\nto = \"physical:1\"\n",
    )
    .unwrap();
    let packet = |kind: [u8; 2]| [&[0; 12], kind.as_slice(), &[0; 4]].concat();
    let end = |kind| links.next("a", 1, &packet(kind)).cloned();
    let b = |port| Some(Endpoint::Device { device: "b".to_owned(), port });
    assert_eq!(end([8, 6]), b(1));
    assert_eq!(end([8, 7]), b(2));
    assert_eq!(end([9, 6]), Some(Endpoint::Physical(1)));
    // What isn't there doesn't satisfy a condition.
    assert_eq!(links.next("a", 1, &packet([8, 6])[..13]), Some(&b(2).unwrap()));
    assert_eq!(links.next("a", 1, &[0; 3]), Some(&Endpoint::Physical(1)));
    assert_eq!(links.next("a", 2, &packet([8, 6])), None);
}

#[test]
fn what_is_wrong_is_refused() {
    let two = "[[link]]\nfrom = \"a:1\"\nto = \"b:1\"\n\n[[link]]\nfrom = \"a:1\"\nto = \"b:2\"\n";
    assert_eq!(links(two), Err(ConfigError::TwoLinks("a:1".to_owned())));
    for end in ["a", ":1", "a:511", "a:6-4", "a:x", "physical:*"] {
        let text = format!("[[link]]\nfrom = \"{end}\"\nto = \"b:1\"\n");
        assert_eq!(links(&text), Err(ConfigError::Endpoint(end.to_owned())), "{end}");
    }
    for when in [
        "value = \"080\"",
        "value = \"\"",
        "value = \"08\", mask = \"ffff\"",
        "value = \"0g\"",
        "value = \"0f\", mask = \"f0\"",
    ] {
        let text = format!("[[link]]\nfrom = \"a:1\"\nto = \"b:1\"\nwhen = [{{ byte = 12, {when} }}]\n");
        assert_eq!(links(&text), Err(ConfigError::Condition("a:1".to_owned())), "{when}");
    }
}
