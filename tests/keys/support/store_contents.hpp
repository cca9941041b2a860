// All that a store has, read into memory; and a catalogue of certificates that are in no store.
#pragma once

#include "keys/base/clock.hpp"
#include "keys/store/keyring.hpp"
#include "keys/store/store.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sealgate::keys {

inline time_point now() { return this_second(); }

struct store_contents {
    std::vector<stored_certificate> certificates; // ordered by fingerprint
    std::vector<std::string> problems = {};
};

inline std::vector<stored_certificate> all_in(const catalogue& certificates) {
    std::vector<stored_certificate> out;
    certificates.each([&](const stored_certificate& one) { out.push_back(one); });
    return out;
}

inline store_contents load(const store& from, reading what = reading::all) {
    auto opened = from.open(what);
    return {.certificates = all_in(*opened.certificates), .problems = std::move(opened.problems)};
}

// `before`: what these come after.
inline std::shared_ptr<const catalogue> catalogue_of(const std::vector<stored_certificate>& certificates,
                                                     const catalogue* before = nullptr,
                                                     policy::key_source source = policy::key_source::own) {
    auto index = before ? before->copy_of_index() : certificate_index::copy_of(std::filesystem::path{});
    index.begin();
    if (before)
        for (const auto& old : all_in(*before))
            if (std::ranges::none_of(certificates,
                                     [&](const auto& one) { return one.cert.fingerprint == old.cert.fingerprint; }))
                index.remove(old.cert.fingerprint);
    for (auto one : certificates) {
        if (!one.binary) one.binary = std::make_shared<const std::string>();
        index.put(one, {}, now());
    }
    index.commit({});
    return std::make_shared<const catalogue>(std::move(index), policy::key_minimum{}, store_findings{}, catalogue::places{},
                                             source);
}

inline opened_store opened(store_contents contents, const catalogue* before = nullptr) {
    return {.certificates = catalogue_of(contents.certificates, before), .problems = std::move(contents.problems)};
}

// Of the organisation's own.
inline std::shared_ptr<const keyring> keyring_with(std::vector<stored_certificate> certificates) {
    return keyring_of(opened({.certificates = std::move(certificates)})).certificates;
}

} // namespace sealgate::keys
