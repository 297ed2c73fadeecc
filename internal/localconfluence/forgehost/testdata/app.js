// The test's app: npm @forge/bridge as it is, at hand of the test.
import * as bridge from "@forge/bridge";

globalThis.bridge = bridge;
// What a test evaluates itself is above the policy.
globalThis.evaluate = () => {
  try {
    return new Function("return 'allowed'")();
  } catch (error) {
    return error.name;
  }
};
