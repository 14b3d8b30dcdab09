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

#[test]
fn a_slice_is_written_as_it_was_read() {
    let text = "name = \"red\"\nports = [1, 2, 510]\nrows = 100\ncpu_port = 510\np4runtime = \"127.0.0.1:0\"\n\
                token = \"secret\"\nrequests_per_second = 7\ntls = { certificate = \"c.pem\", key = \"k.pem\" }\n\
                enter = { 1 = \"a:1\" }\n[[device]]\nname = \"a\"\nprogram = \"a.p4\"\nthrift = \"127.0.0.1:9090\"\n\
                [[device]]\nname = \"b\"\ndevice_id = 7\n[[link]]\nfrom = \"a:1\"\nto = \"b:1\"\n\
                when = [{ byte = 12, value = \"0800\", mask = \"ff00\" }]\n[[link]]\nfrom = \"a:1\"\nto = \"physical:2\"\n\
                [[link]]\nfrom = \"b:4-6\"\nto = \"physical:1\"\n";
    let read = SliceConfig::from_toml(text).unwrap();
    let written = read.to_toml().unwrap();
    assert_eq!(SliceConfig::from_toml(&written).unwrap(), read, "{written}");
    assert!(!format!("{read:?}").contains("secret"));
    let direct = SliceConfig::from_toml("name = \"x\"\nports = [1]\n[[device]]\nname = \"a\"\n").unwrap();
    assert_eq!(SliceConfig::from_toml(&direct.to_toml().unwrap()).unwrap(), direct);
}

#[test]
fn what_only_one_may_have_is_given_once() {
    let slice = |name: &str, port: u16, more: &str| {
        format!("[[slice]]\nname = \"{name}\"\nports = [{port}]\n{more}\n[[slice.device]]\nname = \"d\"\n")
    };
    let refused = |text: String| DpmuConfig::from_toml(&text).unwrap_err();
    let operator = "[operator]\naddress = \"127.0.0.1:9500\"\ntoken_file = \"t\"\n";
    let address = "p4runtime = \"127.0.0.1:9500\"";
    assert!(matches!(refused(operator.to_owned() + &slice("a", 1, address)), ConfigError::Twice { .. }));
    let metrics = format!("[server]\nmetrics = \"127.0.0.1:9500\"\n{operator}");
    assert!(matches!(refused(metrics), ConfigError::Twice { .. }));
    // Any free port is free for each.
    let any = operator.replace("9500", "0") + &slice("a", 1, "p4runtime = \"127.0.0.1:0\"");
    assert!(
        DpmuConfig::from_toml(&any.replace("[operator]", "[server]\nmetrics = \"127.0.0.1:0\"\n[operator]"))
            .is_ok()
    );
    assert_eq!(refused("[operator]\naddress = \"127.0.0.1:0\"\n".to_owned()), ConfigError::OpenOperator);
    let unasked = "[operator]\naddress = \"127.0.0.1:0\"\ntls = { certificate = \"c\", key = \"k\" }\n";
    assert_eq!(refused(unasked.to_owned()), ConfigError::OpenOperator);
    let both = slice("a", 1, "token = \"x\"\ntoken_file = \"t\"");
    assert_eq!(refused(both), ConfigError::TwoTokens("a".to_owned()));
    for name in ["", "a b", "a/b", "x:1", &"x".repeat(65)] {
        assert_eq!(refused(slice(name, 1, "")), ConfigError::Name(name.to_owned()));
    }
    assert!(matches!(
        refused(slice("a", 1, "") + "[[slice.device]]\nname = \"d\"\n[slice.enter]\n1 = \"d:1\"\n"),
        ConfigError::Twice { .. }
    ));
}
