#include "keys/sealing/engine_proof.hpp"

#include "keys/rnp/engine.hpp"
#include "keys/rnp/librnp.hpp"
#include "keys/rnp/throw_away_key.hpp"
#include "keys/sealing/read_back.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

namespace {

constexpr std::chrono::milliseconds patience = std::chrono::seconds(20); // of the whole pool, where it has one worker

std::string text_to_seal() {
    std::string out = "Content-Type: text/plain\r\n\r\n";
    while (out.size() < 4096) out += "sealed by one engine, opened by the other\r\n";
    return out;
}

// A gpg that cannot open even its own tells nothing of others.
void require_opening(gpg& opener, const throw_away_key& key, const octets& text) {
    const auto own = opener.encrypt({text}, {{.fingerprint = key.fingerprint, .binary = key.certificate}});
    const auto opened = own ? opener.decrypt(own->octets) : std::unexpected(own.error());
    if (!opened) throw gpg_broken("gpg does not open what it sealed itself: " + opened.error());
}

std::string problem_with_engine(const gpg_options& options) {
    if (auto problem = problem_with_librnp(); !problem.empty()) return problem;
    const auto key = make_throw_away_key();
    if (!key) return key.error();
    const octets text = text_to_seal();
    const auto sealed = rnp_engine().encrypt({text}, {{.certificate = key->certificate, .subkey = key->subkey}});
    if (!sealed) return sealed.error();
    const std::vector<seal_recipient> recipients{
        {.certificate = {}, .fingerprint = key->fingerprint, .subkey = key->subkey, .key_id = key->key_id}};
    if (auto problem = problem_with_sealed(*sealed, text.size(), recipients, "librnp"); !problem.empty()) return problem;
    auto with_agent = options;
    with_agent.decrypts = true;
    with_agent.deadline = std::min(options.deadline, patience);
    gpg opener(with_agent);
    opener.import(key->secret);
    require_opening(opener, *key, text);
    const auto opened = opener.decrypt(*sealed);
    if (!opened) return opened.error();
    if (opened->octets != text) return "gpg opened something else than librnp sealed";
    return opened->cipher == aes256 ? std::string() : "librnp did not encrypt with AES-256";
}

} // namespace

void prove_engine(engine_trust& trust, const gpg_options& gpg) {
    try {
        if (const auto problem = problem_with_engine(gpg); problem.empty())
            trust.give();
        else
            trust.withdraw(problem);
    } catch (const librnp_broken& broken) {
        trust.withdraw(broken.what());
    }
}

} // namespace sealgate::keys
