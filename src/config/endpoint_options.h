#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "sluice/config/endpoint_url.h"
#include "sluice/model/endpoint.h"

/// The closed lists of what an endpoint may say, shared by URLs and the object form.
namespace sluice::config {

[[nodiscard]] bool is_password_key(std::string_view key) noexcept;
[[nodiscard]] EndpointProblem password_refused(model::Engine engine);

/// Sets one option by its name: a member of Endpoint where it is one, an entry of Endpoint::options
/// otherwise. Gives what is wrong with it, or an empty message.
[[nodiscard]] EndpointProblem set_option(model::Endpoint& endpoint, std::string_view key,
                                         std::string value);

/// The options that go into Endpoint::options.
[[nodiscard]] std::span<const std::string_view> driver_options(model::Engine engine) noexcept;

/// What is wrong with the endpoint as a whole; an empty message where nothing is.
[[nodiscard]] EndpointProblem check_endpoint(const model::Endpoint& endpoint);

/// True where the endpoint asks for a connection over a network whose other end is not verified.
[[nodiscard]] bool is_unverified(const model::Endpoint& endpoint) noexcept;

}  // namespace sluice::config
