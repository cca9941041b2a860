// That somebody removed a certificate, and it is not merely gone: a note for whoever tells other gateways of it. An empty file
// for each, `SOURCE-FINGERPRINT`, in a directory that it is given; without one nobody wants to know. Errors throw
// std::system_error. Tested by store/removed_test.
#pragma once

#include "policy/rules/vocabulary.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace sealgate::keys {

class removal_notes {
public:
    removal_notes() = default;
    explicit removal_notes(std::filesystem::path directory)
        : directory_(std::move(directory)) {}

    // On disk when it returns.
    void leave(policy::key_source source, const std::string& fingerprint) const;
    bool has(policy::key_source source, const std::string& fingerprint) const;
    std::vector<std::string> of(policy::key_source source) const; // fingerprints
    void forget(policy::key_source source, const std::string& fingerprint) const;

private:
    std::filesystem::path file(policy::key_source source, const std::string& fingerprint) const;

    std::filesystem::path directory_;
};

} // namespace sealgate::keys
