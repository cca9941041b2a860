#include "keys/sealing/engine_proof.hpp"

#include "keys/rnp/engine.hpp"
#include "keys/rnp/librnp.hpp"
#include "keys/rnp/throw_away_key.hpp"
#include "keys/sealing/read_back.hpp"

#include <string>
#include <vector>

namespace sealgate::keys {

namespace {

std::string text_to_seal() {
    std::string out = "Content-Type: text/plain\r\n\r\n";
    while (out.size() < 4096) out += "sealed by one engine, opened by the other\r\n";
    return out;
}

std::string problem_with_engine(const gpg_options& options) {
    if (auto problem = problem_with_librnp(); !problem.empty()) return problem;
    const auto key = make_throw_away_key();
    if (!key) return key.error();
    const auto text = text_to_seal();
    const auto sealed = rnp_engine().encrypt(text, {{.certificate = key->certificate, .subkey = key->subkey}});
    if (!sealed) return sealed.error();
    const std::vector<seal_recipient> recipients{
        {.certificate = {}, .fingerprint = key->fingerprint, .subkey = key->subkey, .key_id = key->key_id}};
    if (auto problem = problem_with_sealed(*sealed, text, recipients, "librnp"); !problem.empty()) return problem;
    auto with_agent = options;
    with_agent.decrypts = true;
    gpg opener(with_agent);
    opener.import(key->secret);
    const auto opened = opener.decrypt(*sealed);
    if (!opened) return opened.error();
    return *opened == text ? std::string() : "gpg opened something else than librnp sealed";
}

} // namespace

void prove_engine(engine_trust& trust, const gpg_options& gpg) {
    if (const auto problem = problem_with_engine(gpg); problem.empty())
        trust.give();
    else
        trust.withdraw(problem);
}

} // namespace sealgate::keys
