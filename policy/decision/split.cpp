#include "policy/decision/split.hpp"

#include <cassert>
#include <utility>

namespace sealgate::policy {

split split_by_form(std::span<const outcome> results, std::span<const visibility> seen) {
    assert(results.size() == seen.size());
    split out;
    std::vector<std::size_t> in_clear;
    std::vector<std::size_t> hidden;
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (results[i] != outcome::seal) {
            in_clear.push_back(i);
        } else if (seen[i] == visibility::hidden) {
            hidden.push_back(i);
        } else {
            out.here.push_back(i);
        }
    }
    if (!in_clear.empty()) out.copies.push_back({.what = form::original, .recipients = std::move(in_clear)});
    for (const auto one : hidden) {
        if (out.here.empty()) {
            out.here.push_back(one);
        } else {
            out.copies.push_back({.what = form::sealed, .recipients = {one}});
        }
    }
    return out;
}

split without_taking_off(split forms) {
    if (forms.copies.empty()) return forms;
    forms.copies.insert(forms.copies.begin(), {.what = form::sealed, .recipients = std::exchange(forms.here, {})});
    return forms;
}

} // namespace sealgate::policy
