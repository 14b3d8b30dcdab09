use super::*;

fn read(line: &str) -> Parsed {
    parse(&line.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>())
}

fn settings_of(line: &str) -> Settings {
    match read(line) {
        Parsed::Run(settings) => *settings,
        Parsed::Say(text, status) => panic!("{line}: {status}: {text}"),
    }
}

#[test]
fn options_are_simple_switchs() {
    let settings = settings_of(
        "--log-file switch.log --log-flush --use-files 0 --dump-packet-data=10240 --thrift-port 10090 --device-id 7 \
         -i 1@pcap1 -i0@pcap0 prog.json -- --enable-swap --drop-port 511",
    );
    assert_eq!(settings.interfaces, [(0, "pcap0".to_owned()), (1, "pcap1".to_owned())]);
    assert_eq!((settings.use_files, settings.thrift_port, settings.device_id), (Some(0), 10090, 7));
    assert_eq!(settings.dump_packet_data, 10240);
    assert_eq!(settings.notifications, "ipc:///tmp/bmv2-7-notifications.ipc");
    assert_eq!(settings.program, Some(PathBuf::from("prog.json")));
    assert!(settings.enable_swap);
    let Some(LogTo::File { base, flush: true, most_bytes: 5_242_880, most_files: 3 }) = settings.log else {
        panic!("{:?}", settings.log)
    };
    assert_eq!(base, PathBuf::from("switch.log"));
}

#[test]
fn a_blank_may_stand_in_an_interfaces_word() {
    let words = ["-i 3@pcap3", "prog.json"].map(str::to_owned);
    let Parsed::Run(settings) = parse(&words) else { panic!() };
    assert_eq!(settings.interfaces, [(3, "pcap3".to_owned())]);
}

#[test]
fn options_may_be_cut() {
    let settings = settings_of("--thrift 9191 -L warn --log-c prog.json");
    assert_eq!(
        (settings.thrift_port, settings.level, settings.log),
        (9191, Level::Warn, Some(LogTo::Console))
    );
    assert_eq!(settings_of("--no-p4").program, None);
}

#[test]
fn what_is_wrong_or_missing_ends_it_with_status_1() {
    for (line, expected) in [
        ("", "Error: please specify an input JSON configuration file\nUsage: "),
        ("--bogus prog.json", "Error while parsing command line arguments\nunrecognised option '--bogus'"),
        ("--log prog.json", "is ambiguous"),
        ("-i prog.json", "the argument ('prog.json') for option '--interface' is invalid"),
        ("-i 1@", "for option '--interface' is invalid"),
        ("-i 511@veth prog.json", "port 511 can't be an ingress port"),
        ("-i 1@a -i 1@b prog.json", "port 1 is given twice"),
        ("--thrift-port x prog.json", "the argument ('x') for option '--thrift-port' is invalid"),
        ("--thrift-port", "the required argument for option '--thrift-port' is missing"),
        ("-L loud prog.json", "Invalid value loud for --log-level\nRun with -h to see possible values\n"),
        ("--log-console --log-file f prog.json", "Error: --log-console and --log-file are exclusive\n"),
        ("--pcap=/nowhere prog.json", "Directory '/nowhere' specified with '--pcap' does not exist.\n"),
        ("--packet-in ipc:///x --use-files 0 prog.json", "Error: --use-files and --packet-in are exclusive"),
        ("--debugger prog.json", "Error: --debugger can't be had here"),
        (
            "prog.json -- --max-mc-groups 7",
            "Error: --max-mc-groups can't be had here: it is always 4096, not 7",
        ),
        ("prog.json -- --load-modules x.so", "Error: --load-modules can't be had here"),
        ("prog.json -- --interface 1@a", "unrecognised option '--interface'"),
    ] {
        match read(line) {
            Parsed::Say(text, 1) => assert!(text.contains(expected), "{line}\n gives {text}"),
            Parsed::Say(text, status) => panic!("{line}: {status}: {text}"),
            Parsed::Run(settings) => panic!("{line}: {settings:?}"),
        }
    }
    for line in ["--help", "-h", "--version", "-v", "--json-version"] {
        assert!(matches!(read(line), Parsed::Say(_, 0)), "{line}");
    }
}
