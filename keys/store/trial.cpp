#include "keys/store/trial.hpp"

#include "keys/base/parallel.hpp"
#include "keys/certificates/one_subkey.hpp"
#include "keys/sealing/read_back.hpp"
#include "policy/base/base64.hpp"

#include <algorithm>
#include <memory>
#include <vector>

namespace sealgate::keys {

namespace {

const octet_pieces tried{"-"};

// What one command line bears.
constexpr std::size_t most_at_once = 200;

// Ed25519 and Curve25519, made in 1970 by tests/certificates/make, so that no clock is behind it. Nobody has its secret.
constexpr std::string_view probe_in_base64 =
    "xv8AAAAzBAAAAAAWCSsGAQQB2kcPAQEHQBS1kr3aez61A2p5KqKScUMivM24of1zSJsrow9J+sCwzf8AAAAecHJvYmUgPHByb2Jl"
    "QHNlYWxnYXRlLmludmFsaWQ+wv8AAAB4BBMWCAAgBQIAAAAAFiEEZnf/GwrVGZdSZLLaTVb+84sO5OkCGwMACgkQTVb+84sO5Onx"
    "lgD7Bo/VzZeV0u2I8EQZP4LaCqyDPMdLR9ImtUhXaVws9hsBAPhfYieUVclqKCsEA66n4lKWdoDjUUBKIhAdjbe2GXoKzv8AAAA4"
    "BAAAAAASCisGAQQBl1UBBQEBB0AB5gMNbANtsZCy9eAM2tEBHOmPUvcAnEozLh4DlKzqHAMBCAfC/wAAAHgEGBYIACAFAgAAAAAW"
    "IQRmd/8bCtUZl1JkstpNVv7ziw7k6QIbDAAKCRBNVv7ziw7k6R4jAQCCxefnFmXoSshNREpda0FjY4hF9Dgk7mlIYRNWGWh8XgEA"
    "kaGEWKMv36CdfFitdtpabyXSy+yHrL5N2vRViMDECgg=";

const std::string& probe() {
    static const auto decoded = text::decode_base64(probe_in_base64);
    return decoded;
}

} // namespace

void trial::run(std::span<stored_certificate> certificates, time_point now) {
    std::vector<attempt> keys;
    for (auto& stored : certificates) {
        if (stored.cert.revoked || stored.cert.invalid || stored.cert.addressing_only) continue;
        for (auto& key : stored.cert.subkeys) {
            if (state_at(key, now) != policy::key_state::usable) continue;
            auto cut = std::make_shared<const std::string>(with_one_subkey(*stored.binary, key.fingerprint));
            keys.push_back({.key = &key,
                            .to = {.certificate = std::move(cut),
                                   .fingerprint = stored.cert.fingerprint,
                                   .subkey = key.fingerprint,
                                   .key_id = key.key_id}});
        }
    }
    for (std::size_t at = 0; at < keys.size(); at += most_at_once)
        encrypt_to(std::span(keys).subspan(at, std::min(most_at_once, keys.size() - at)));
}

void trial::require_reading() {
    reads_ = reads_ || gpg_.list(probe()).size() == 1;
    if (!reads_) throw gpg_broken("gpg cannot read any certificate, not even one that is known to be good");
}

void try_all(const gpg_options& options, std::span<stored_certificate> certificates, time_point now) {
    in_parallel(certificates, most_at_once, [&] {
        auto home = std::make_shared<gpg>(options);
        return [home, now, tries = trial(*home)](std::span<stored_certificate> some) mutable { tries.run(some, now); };
    });
}

// Each half for itself, until the key that is refused stands alone.
void trial::encrypt_to(std::span<const attempt> keys) {
    if (problem_with(keys).empty()) return;
    require_encrypting();
    if (keys.size() == 1) {
        keys.front().key->refused = true;
        return;
    }
    encrypt_to(keys.first(keys.size() / 2));
    encrypt_to(keys.subspan(keys.size() / 2));
}

std::string trial::problem_with(std::span<const attempt> keys) {
    std::vector<named_certificate> certificates;
    std::vector<seal_recipient> recipients;
    for (const auto& one : keys) {
        certificates.push_back({.fingerprint = one.to.subkey, .binary = *one.to.certificate});
        recipients.push_back(one.to);
    }
    const auto made = gpg_.encrypt(tried, certificates);
    return made ? problem_with_sealed(made->octets, size_of(tried), recipients, "gpg") : made.error();
}

void trial::require_encrypting() {
    if (encrypts_) return;
    const auto made = gpg_.encrypt(tried, {{.fingerprint = "probe", .binary = probe()}});
    if (!made || made->octets.empty())
        throw gpg_broken("gpg cannot encrypt at all: " + (made ? std::string("it made nothing") : made.error()));
    encrypts_ = true;
}

} // namespace sealgate::keys
