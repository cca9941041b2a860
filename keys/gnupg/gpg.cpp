#include "keys/gnupg/gpg.hpp"

#include "keys/base/files.hpp"
#include "keys/gnupg/data.hpp"
#include "keys/gnupg/event_loop.hpp"
#include "keys/gnupg/gpgme_values.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <clocale>
#include <cstdint>
#include <fcntl.h>
#include <new>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace sealgate::keys {

namespace {

// A home that asks nobody, tells nobody and waits for nobody. Its keyring is read by one process at a time:
// no locks. One cipher for all: left to gpg, the weakest preference among a message's readers makes it 3DES for everybody.
// Not "trust-model always": with it gpg 2.2.40 makes no trust database, and then dies on a revoked
// certificate for want of one.
constexpr std::string_view gpg_conf = "batch\n"
                                      "no-tty\n"
                                      "no-greeting\n"
                                      "no-auto-key-locate\n"
                                      "no-auto-key-retrieve\n"
                                      "no-auto-check-trustdb\n"
                                      "no-encrypt-to\n"
                                      "no-random-seed-file\n"
                                      "no-emit-version\n"
                                      "no-comments\n"
                                      "cipher-algo AES256\n"
                                      "charset utf-8\n"
                                      "lock-never\n";
// An agent that was started ends when it sees that the home is gone.
constexpr std::string_view without_agent = "no-autostart\n";
constexpr std::string_view without_repair = "import-options no-repair-keys\n";

void require(gpgme_error_t error, const char* doing) {
    if (error != 0) throw gpg_broken(std::string("cannot ") + doing + ": " + text_of(error));
}

// Bad data end an operation; a system that gives no process or no pipe must not look like bad data.
void require_process(gpgme_error_t error) {
    if ((gpgme_err_code(error) & GPG_ERR_SYSTEM_ERROR) != 0) throw gpg_broken("cannot run gpg: " + text_of(error));
}

// GPGME wants this once, before any thread uses it.
void start_gpgme() {
    [[maybe_unused]] static const bool started = [] {
        if (gpgme_check_version("1.18.0") == nullptr) throw gpg_broken("GPGME is older than 1.18.0");
        require(gpgme_set_locale(nullptr, LC_CTYPE, "C"), "set GPGME's locale");
        return true;
    }();
}

// One recipient a line; behind "--file" each is the name of a file that holds the certificate. gpg reads what is handed to
// it, and not a file of the store, which may be another by now.
std::string recipient_lines(const std::filesystem::path& home, const std::vector<named_certificate>& certificates) {
    std::string out = "--file\n";
    for (const auto& one : certificates) {
        const auto file = std::filesystem::absolute(home / one.fingerprint).replace_extension(".pgp");
        open_file(file, O_WRONLY | O_CREAT | O_TRUNC).write_all(one.binary);
        out += file.string() + "\n";
    }
    return out;
}

constexpr std::size_t around_a_plaintext = 4096; // octets, about

// "BEGIN_ENCRYPTION mdc_method sym_algo [aead_algo]" and "DECRYPTION_INFO mdc_method sym_algo [aead_algo]", GnuPG's
// doc/DETAILS.
constexpr std::string_view encryption_begins = "BEGIN_ENCRYPTION", decryption_info = "DECRYPTION_INFO";

unsigned cipher_in(std::string_view arguments) {
    const auto words = text::split(arguments, ' ');
    unsigned cipher = 0;
    if (words.size() > 1) std::from_chars(words[1].data(), words[1].data() + words[1].size(), cipher);
    return cipher;
}

std::string encryption_problem(gpgme_ctx_t context, gpgme_error_t error) {
    auto out = "gpg did not encrypt: " + text_of(error);
    const auto* result = gpgme_op_encrypt_result(context);
    if (result == nullptr || result->invalid_recipients == nullptr) return out;
    const auto& recipient = *result->invalid_recipients;
    const auto file = std::filesystem::path(id_of(recipient.fpr)).filename().string();
    return out + " (" + text::printable(file) + ": " + text_of(recipient.reason) + ")";
}

} // namespace

std::string identity_of_gpg(const gpg_options& options) {
    start_gpgme();
    struct stat file {};
    if (::stat(options.program.c_str(), &file) != 0) throw gpg_broken("cannot run " + options.program.string());
    gpgme_ctx_t raw = nullptr;
    require(gpgme_new(&raw), "set up GPGME");
    const owned<gpgme_ctx_t> context(raw);
    require(gpgme_set_protocol(raw, GPGME_PROTOCOL_SPAWN), "run gpg");
    gpg_output said;
    const char* arguments[] = {options.program.c_str(), "--version", nullptr};
    require(gpgme_op_spawn(raw, options.program.c_str(), arguments, nullptr, said.get(), nullptr, 0), "run gpg");
    return std::string(said.finish()) + std::to_string(file.st_ino) + ' ' + std::to_string(file.st_size) + ' ' +
           std::to_string(file.st_mtim.tv_sec) + '.' + std::to_string(file.st_mtim.tv_nsec);
}

struct gpg::state {
    explicit state(const gpg_options& options)
        : home(options.scratch)
        , deadline(options.deadline) {
        // GPGME takes any name, and fails much later.
        if (::access(options.program.c_str(), X_OK) != 0) throw gpg_broken("cannot run " + options.program.string());
        replace_file(
            home.path() / "gpg.conf",
            std::string(gpg_conf).append(options.decrypts ? "" : without_agent).append(options.repairs ? "" : without_repair));
        gpgme_ctx_t raw = nullptr;
        require(gpgme_new(&raw), "set up GPGME");
        context.reset(raw);
        // Runs `gpg --version`; hence once for each object, and the context is kept.
        require(gpgme_ctx_set_engine_info(raw, GPGME_PROTOCOL_OpenPGP, options.program.c_str(), home.path().c_str()),
                "run gpg");
        require(gpgme_set_pinentry_mode(raw, GPGME_PINENTRY_MODE_CANCEL), "silence pinentry");
        require(gpgme_set_ctx_flag(raw, "auto-key-locate", "clear"), "keep gpg from looking for keys");
        gpgme_set_offline(raw, 1);
        gpgme_set_armor(raw, 0);
        require(gpgme_set_ctx_flag(raw, "full-status", "1"), "hear all that gpg says");
        gpgme_set_status_cb(raw, on_status, this);
        loop.emplace(raw);
    }

    // Starts one operation and sees it to its end.
    template <class Start>
    event_loop::ending run(Start start) {
        loop->reset();
        const auto until = std::chrono::steady_clock::now() + deadline;
        const gpgme_error_t error = start(context.get());
        loop->throw_what_was_thrown();
        if (error != 0) return {.error = error, .listed = {}};
        return loop->run(until);
    }

    static gpgme_error_t on_status(void* self, const char* keyword, const char* arguments) {
        auto& of = *static_cast<state*>(self);
        if ((keyword != encryption_begins && keyword != decryption_info) || arguments == nullptr) return 0;
        return of.loop->without_throwing([&] { of.cipher = cipher_in(arguments); });
    }

    temporary_directory home;
    std::chrono::milliseconds deadline;
    unsigned cipher = 0; // of the last message
    owned<gpgme_ctx_t> context;
    std::optional<event_loop> loop;
};

gpg::gpg(const gpg_options& options) {
    start_gpgme();
    state_ = std::make_unique<state>(options);
}
gpg::~gpg() = default;
gpg::gpg(gpg&&) noexcept = default;
gpg& gpg::operator=(gpg&&) noexcept = default;

std::expected<gpg_message, std::string>
gpg::encrypt(const octet_pieces& plaintext, const std::vector<named_certificate>& certificates, const octet_room& room) {
    assert(!certificates.empty());
    const auto recipients = recipient_lines(state_->home.path(), certificates);
    // Not compressed: a ciphertext's length should tell no more than the plaintext's length, most bytes of
    // mail are compressed already, and zlib is slower than all the rest.
    constexpr auto flags = static_cast<gpgme_encrypt_flags_t>(GPGME_ENCRYPT_ALWAYS_TRUST | GPGME_ENCRYPT_NO_ENCRYPT_TO |
                                                              GPGME_ENCRYPT_NO_COMPRESS);
    const gpg_input plain(plaintext);
    gpg_output cipher(room(size_of(plaintext) + around_a_plaintext));
    const auto start = [&](gpgme_ctx_t context) {
        return gpgme_op_encrypt_ext_start(context, nullptr, recipients.c_str(), flags, plain.get(), cipher.get());
    };
    state_->cipher = 0;
    const auto error = state_->run(start).error;
    cipher.throw_what_was_thrown();
    if (gpgme_err_code(error) == GPG_ERR_ENOMEM) throw std::bad_alloc();
    if (error != 0) return std::unexpected(encryption_problem(state_->context.get(), error));
    return gpg_message{.octets = cipher.finish(), .cipher = state_->cipher};
}

std::vector<certificate> gpg::list(std::string_view certificates) {
    const gpg_input data(certificates);
    auto end = state_->run([&](gpgme_ctx_t context) { return gpgme_op_keylist_from_data_start(context, data.get(), 0); });
    require_process(end.error);
    return std::move(end.listed);
}

std::size_t gpg::import(std::string_view binary) {
    if (binary.empty()) return 0;
    const gpg_input data(binary);
    require_process(state_->run([&](gpgme_ctx_t context) { return gpgme_op_import_start(context, data.get()); }).error);
    const auto* result = gpgme_op_import_result(state_->context.get());
    return result != nullptr && result->considered > 0 ? static_cast<std::size_t>(result->considered) : 0;
}

std::expected<gpg_message, std::string> gpg::decrypt(std::string_view ciphertext) {
    const gpg_input cipher(ciphertext);
    gpg_output plain;
    const auto start = [&](gpgme_ctx_t context) { return gpgme_op_decrypt_start(context, cipher.get(), plain.get()); };
    state_->cipher = 0;
    const auto error = state_->run(start).error;
    require_process(error);
    if (error != 0) return std::unexpected("gpg did not decrypt: " + text_of(error));
    return gpg_message{.octets = plain.finish(), .cipher = state_->cipher};
}

std::expected<std::string, std::string> gpg::export_all() {
    gpg_output data;
    const auto error =
        state_->run([&](gpgme_ctx_t context) { return gpgme_op_export_start(context, nullptr, 0, data.get()); }).error;
    if (error != 0) return std::unexpected("gpg did not export: " + text_of(error));
    return std::string(data.finish());
}

} // namespace sealgate::keys
