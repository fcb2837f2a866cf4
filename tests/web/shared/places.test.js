import assert from "node:assert/strict";
import test from "node:test";

import { told } from "../../../src/PilotLoggingDIRAC/web/static/shared/places.js";

test("of known names those come first that hold the wanted one, and of the rest the number is told", () => {
  const names = ["LCG.CERN.cern", "LCG.CNAF.it", "LCG.RAL.uk", "VAC.X.uk", "VAC.Y.uk", "VAC.Z.uk", "LCG.CERN2.cern"];
  assert.equal(told("cern", names), "LCG.CERN.cern, LCG.CERN2.cern, LCG.CNAF.it, LCG.RAL.uk, VAC.X.uk, and 2 more");
  assert.equal(told("nothing", names.slice(0, 2)), "LCG.CERN.cern, LCG.CNAF.it");
});
