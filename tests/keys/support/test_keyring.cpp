// gpg runs as people run it, by a shell; certificates are made in the past, so that tests can let them end.
#include "tests/keys/support/test_keyring.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace sealgate::test {

namespace {

constexpr auto long_ago = "--faked-system-time 20200101T000000 ";
constexpr auto a_minute_later = "--faked-system-time 20200101T000100 "; // gpg may have made the key a second after that

std::string last_field_of(const std::string& listing, const std::string& record, int field) {
    std::string found;
    std::size_t at = 0;
    while (at < listing.size()) {
        const auto line = listing.substr(at, listing.find('\n', at) - at);
        at += line.size() + 1;
        if (!line.starts_with(record + ":")) continue;
        std::size_t from = 0;
        for (int i = 1; i < field; ++i) from = line.find(':', from) + 1;
        found = line.substr(from, line.find(':', from) - from);
    }
    return found;
}

} // namespace

std::string run(const std::string& command, const std::filesystem::path& log) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), [](FILE*) { return 0; });
    if (!pipe) throw std::runtime_error("cannot run: " + command);
    std::string out;
    char buffer[4096];
    for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe.get())) > 0;) out.append(buffer, n);
    EXPECT_EQ(::pclose(pipe.get()), 0) << command << "\n" << (log.empty() ? "" : keys::read_file(log));
    return out;
}

// gpg gives its agent five seconds to start, which a loaded machine does not always allow.
keyring::keyring()
    : directory_(std::filesystem::temp_directory_path()) {
    run("for try in 1 2 3 4 5 6 7 8 9 10 11 12; do gpgconf --homedir " + directory().string() +
        " --launch gpg-agent 2>/dev/null && exit 0; done; exit 1");
}

keyring::~keyring() { run("gpgconf --homedir " + directory().string() + " --kill all 2>/dev/null || true"); }

std::string keyring::gpg(const std::string& arguments) const {
    return run("gpg --homedir " + directory().string() + " --batch --quiet --yes --trust-model always --passphrase '' " +
                   arguments + " 2>>" + (directory() / "log").string(),
               directory() / "log");
}

std::string keyring::gpg_with_input(const std::string& arguments, std::string_view input) const {
    const auto file = directory() / "input";
    keys::replace_file(file, input);
    return gpg(arguments + " <" + file.string());
}

std::string keyring::fingerprint_of(const std::string& user_id) const {
    const auto listing = gpg("--with-colons --list-keys '=" + user_id + "'");
    const auto fpr = listing.find("\nfpr:");
    return last_field_of(listing.substr(fpr + 1, listing.find('\n', fpr + 1) - fpr), "fpr", 10);
}

std::string keyring::make_key(const std::string& user_id) {
    gpg("--quick-gen-key '" + user_id + "' future-default default never");
    return fingerprint_of(user_id);
}

std::string keyring::make_expired_key(const std::string& user_id) {
    gpg(long_ago + ("--quick-gen-key '" + user_id + "' future-default default 1y"));
    return fingerprint_of(user_id);
}

std::string keyring::make_old_key(const std::string& user_id) {
    gpg(long_ago + ("--quick-gen-key '" + user_id + "' future-default default never"));
    return fingerprint_of(user_id);
}

std::string keyring::make_sign_only_key(const std::string& user_id) {
    gpg("--quick-gen-key '" + user_id + "' ed25519 sign never");
    return fingerprint_of(user_id);
}

std::string keyring::make_key_with_expired_subkey(const std::string& user_id) {
    gpg(long_ago + ("--quick-gen-key '" + user_id + "' ed25519 sign never"));
    const auto fingerprint = fingerprint_of(user_id);
    gpg(a_minute_later + ("--quick-add-key " + fingerprint + " cv25519 encr 1y"));
    return fingerprint;
}

std::string keyring::make_key_with_revoked_subkey(const std::string& user_id) {
    const auto fingerprint = make_key(user_id);
    run("printf 'key 1\\nrevkey\\ny\\n0\\n\\ny\\nsave\\n' | gpg --homedir " + directory().string() +
        " --quiet --no-tty --command-fd 0 --pinentry-mode loopback --passphrase '' --edit-key " + fingerprint + " 2>/dev/null");
    return fingerprint;
}

std::string keyring::revocation_of(const std::string& fingerprint) const {
    // gpg puts a colon before the armor, so that nobody uses it by accident.
    auto text = keys::read_file(directory() / "openpgp-revocs.d" / (fingerprint + ".rev"));
    return text.substr(text.find(":-----BEGIN") + 1);
}

void keyring::revoke(const std::string& fingerprint) { gpg_with_input("--import", revocation_of(fingerprint)); }

void keyring::delete_key(const std::string& fingerprint) { gpg("--delete-secret-and-public-key " + fingerprint); }

std::string keyring::export_certificate(const std::string& fingerprint) const { return gpg("--export " + fingerprint); }

std::filesystem::path keyring::export_file(const std::string& fingerprint) const {
    auto file = directory() / (fingerprint + ".pgp");
    keys::replace_file(file, export_certificate(fingerprint));
    return file;
}

std::string keyring::export_secret_key(const std::string& fingerprint) const {
    return gpg("--armor --export-secret-keys " + fingerprint);
}

std::string keyring::last_key_id(const std::string& fingerprint) const {
    return last_field_of(gpg("--with-colons --list-keys " + fingerprint), "sub", 5);
}

std::string keyring::last_subkey(const std::string& fingerprint) const {
    return last_field_of(gpg("--with-colons --list-keys " + fingerprint), "fpr", 10);
}

std::string keyring::decrypt(std::string_view message) const { return gpg_with_input("--decrypt", message); }

} // namespace sealgate::test
