// node tfjs_outputs.mjs MODULES MODEL.json INPUT OUTPUT
// Runs a TensorFlow.js graph model on float32 (1, 3, 416, 416) pictures and appends its six outputs of each, as they are.
import fs from 'node:fs'
import path from 'node:path'
import { createRequire } from 'node:module'

const [, , modules, modelPath, input, output] = process.argv
const require = createRequire(path.resolve(modules) + '/')
const tf = require('@tensorflow/tfjs-core')
const { loadGraphModel } = require('@tensorflow/tfjs-converter')
const { setWasmPaths } = require('@tensorflow/tfjs-backend-wasm')

setWasmPaths(path.join(modules, 'node_modules/@tensorflow/tfjs-backend-wasm/dist/'))
await tf.setBackend('wasm')
await tf.ready()

const json = JSON.parse(fs.readFileSync(modelPath, 'utf8'))
const weights = fs.readFileSync(modelPath.replace(/json$/, 'bin'))
const model = await loadGraphModel({
  load: async () => ({
    modelTopology: json.modelTopology,
    weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
    weightData: new Uint8Array(weights).buffer,
    signature: json.signature
  })
})
const pictures = new Float32Array(new Uint8Array(fs.readFileSync(input)).buffer)
const size = 3 * 416 * 416
const names = ['Identity', 'Identity_1', 'Identity_2', 'Identity_3', 'Identity_4', 'Identity_5']
for (let start = 0; start < pictures.length; start += size) {
  const picture = tf.tensor(pictures.slice(start, start + size), [1, 3, 416, 416])
  for (const result of model.execute(picture, names)) {
    fs.appendFileSync(output, new Uint8Array((await result.data()).buffer))
  }
}
