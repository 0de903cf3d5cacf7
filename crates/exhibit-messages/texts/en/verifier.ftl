### The command line of `exhibit-verify`: its help and its errors.

usage =
    Checks packages, quotes, log entries, checkpoints and time stamps of an Exhibit case, offline.
    It changes nothing and opens no connection.

    Usage: exhibit-verify bag FOLDER        a package: is it complete, and what does it prove?
           exhibit-verify quote FILE        a quote in a package: does the page have this text?
           exhibit-verify proof FILE        a .tlog-proof file: is the entry next to it in the log?
           exhibit-verify checkpoint PATH   the signed size and root of a log; for a folder with a log, every entry
           exhibit-verify timestamp FILE    a time stamp (.tsr) or the proof of a public log (.sigsum): does it cover the data?

    Options
      --key KEY        the log's public key, as you know it from another channel: a file, or its text
      --policy FILE    the witnesses whose signatures are required (C2SP tlog-policy)
      --anchors FILE   certificates of time stamping authorities that you trust (PEM or DER; can be repeated)
      --sigsum-policy FILE    the public logs and witnesses that you trust
      --data FILE      for `timestamp`: the stamped data (default: `checkpoint` in the same folder)
      --request FILE   for `timestamp`: the request (default: the .tsq or .leaf file in the same folder)
      --log FOLDER     for `proof` and `checkpoint`: the log with the handovers from your key (default: the enclosing folder)
      --entry FILE     for `proof`: the log entry (default: the .json file next to the proof)
      --plain          for `bag`: check it only as a BagIt bag, without custody proofs
      --lang LANG      en, zh-Hans, ug (default: the language of the system)
      --json           print one JSON object
      -h, --help       print this
      -V, --version    print the version

    Exit codes: 0 no deviations, 1 deviations, 2 nothing could be checked

try-help = try `exhibit-verify --help`
needs-value = { $option } needs a value
key-not-utf8 = the key is not UTF-8
unsupported-language = unsupported language { $tag }: use en, zh-Hans or ug
unknown-option = unknown option { $option }
expected-command = expected a command and one path
unknown-command = unknown command { $command }: use bag, quote, proof, checkpoint or timestamp
cannot-write = cannot write: { $error }

# A path, and why nothing could be checked there.
unusable = { $path }: { $reason }
not-a-file = not a file
too-large = larger than { NUMBER($bytes) } bytes
not-a-folder = not a folder
not-a-quote = not a quote
not-in-a-bag = not in a bag: a quote is proved by the other files of its bag
# As the operating system or a parser reports it.
reported = { $text }
