#include "milter/service/parts.hpp"

#include "keys/base/files.hpp"

#include <utility>

namespace sealgate::milter {

std::filesystem::path empty_scratch(const std::string& state) {
    const auto scratch = std::filesystem::path(state) / "gpg";
    keys::remove_tree(scratch);
    keys::make_private_directory(scratch);
    return scratch;
}

audit_options audit_options_of(const config& gateway, std::function<void(std::string_view)> complain) {
    const auto& audit = gateway.audit;
    return {.directory = gateway.audit_directory(),
            .key = gateway.checkpoint_key(),
            .checkpoints = audit.checkpoints,
            .origin = log_origin(gateway),
            .checkpoint_records = audit.checkpoint_records,
            .checkpoint_time = audit.checkpoint_time,
            .rotate_size = audit.rotate_size,
            .rotate_daily = audit.rotate_daily,
            .complain = std::move(complain)};
}

bounce_options bounces_of(const policy::policy& rules) {
    return {.from = rules.notices.from.spelled, .always_to = rules.encryption.always_to};
}

} // namespace sealgate::milter
