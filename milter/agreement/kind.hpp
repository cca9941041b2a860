// What of one kind this gateway has, and what it takes over from others. Values are texts; an empty one says that nothing is
// here, which is no word that it should go. All of one kind belong to the thread of milter/agreement/agreeing; they may throw
// std::runtime_error where something cannot be told or done now.
// Tested by agreement/certificates_test.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

class agreed_kind {
public:
    // Of another gateway, and newer than what was agreed.
    struct word {
        std::string name, value;
        std::string gateway;          // which says so
        bool is_changed_here = false; // since it was agreed, too: neither knew of the other
    };

    agreed_kind() = default;
    virtual ~agreed_kind() = default;
    agreed_kind(const agreed_kind&) = delete;
    agreed_kind& operator=(const agreed_kind&) = delete;

    virtual std::string_view kind() const = 0;

    // Names of what may have changed here since this was asked last; of all that is here the first time, and once more behind
    // begin_anew().
    virtual std::vector<std::string> changed() = 0;
    virtual void begin_anew() = 0;

    // As it is on disk. Nothing where that cannot be told now.
    virtual std::optional<std::string> here(const std::string& name) = 0;
    // The value that says that somebody took it away; empty: nobody does.
    virtual std::string gone() const { return {}; }
    // Whether somebody wished it so, where something else was agreed on; else it is a loss, and what was agreed on is taken
    // again.
    virtual bool is_meant(const std::string& /*name*/, const std::string& /*here*/, const std::string& /*agreed_digest*/) {
        return true;
    }
    // What others are given of it, which may be more.
    virtual std::string offered(const std::string& /*name*/, std::string here) { return here; }

    // Of each, in their order, why it was not followed; empty: it was. Where it was not, it comes again.
    virtual std::vector<std::string> take(const std::vector<word>& words) = 0;

    // Whether what is here, behind a take(), says more than what was taken, so that others have to hear it.
    virtual bool adds(const std::string& here, const std::string& taken) const = 0;

    // What of a value tells it from another one.
    virtual std::string_view told_apart_by(std::string_view value) const { return value; }
    // It is agreed on, as it is here.
    virtual void settled(const std::string& /*name*/, const std::string& /*value*/) {}
    // Until when others need to know it; nothing: for ever.
    virtual std::optional<std::chrono::sys_seconds> needed_until(const std::string&) const { return std::nullopt; }
    // Whether nobody minds an earlier word of it, once it is nowhere any more.
    virtual bool may_be_forgotten() const { return false; }
};

using agreed_kinds = std::vector<std::unique_ptr<agreed_kind>>; // in the order in which they are taken and offered

agreed_kind* kind_named(const agreed_kinds& all, std::string_view name); // null: there is none
// Why a word cannot be followed that its kind cannot read.
std::string of_another_form(const agreed_kind::word& one);
// Of what is here; nothing has none.
std::string digest_of(const agreed_kind& kind, const std::string& value);
// Nothing, too, where it cannot be told now.
std::optional<std::string> here_of(agreed_kind& kind, const std::string& name);

} // namespace sealgate::milter
