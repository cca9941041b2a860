// That somebody wished for a change, and it did not merely happen: notes for whoever tells other gateways of it. A file that is
// gone looks like one that was removed, and a mark that was lost like a certificate that was enabled.
//
// A file for each, which holds the name, in a directory that it is given; without one nobody wants to know. Errors throw
// std::system_error. Tested by store/wishes_test.
#pragma once

#include "policy/rules/vocabulary.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::keys {

class wish_notes {
public:
    wish_notes() = default;
    explicit wish_notes(std::filesystem::path directory)
        : directory_(std::move(directory)) {}

    // `what`: letters, digits, "-". On disk when it returns.
    void leave(std::string_view what, std::string_view name) const;
    bool has(std::string_view what, std::string_view name) const;
    std::vector<std::string> of(std::string_view what) const; // names
    void forget(std::string_view what, std::string_view name) const;

private:
    std::filesystem::path file(std::string_view what, std::string_view name) const;

    std::filesystem::path directory_;
};

// What is wished for: of a certificate in the store of that source, by its fingerprint; of a binding, by its key.
std::string wish_to_remove(policy::key_source source);
std::string wish_to_enable(policy::key_source source);
inline constexpr std::string_view wish_to_unbind = "unbound";

} // namespace sealgate::keys
